import { request } from "node:http";

export interface Answer {
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as JSON; throws where it is none. */
  json<T>(): T;
}

/** One request to a Docker engine over its unix socket: a hundredth of what the command line client costs under emulation. */
export function askEngine(socket: string, method: string, path: string, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const question = request({ socketPath: socket, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString();
        const status = response.statusCode ?? 0;
        if (status < 400) resolve({ bytes, text, json: <T>() => JSON.parse(text) as T });
        else reject(new Error(`${method} ${path}: ${status} ${messageIn(text)}`));
      });
    });
    question.on("error", reject);
    question.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function messageIn(text: string): string {
  try {
    return String((JSON.parse(text) as { readonly message?: unknown }).message);
  } catch {
    return text.trim();
  }
}
