import { request } from "node:http";
import { ControllerUnreachable, Refused, UsageError } from "../core/errors.ts";
import type { Answer, PlanDocument, Request, StatusDocument, Verb } from "./api.ts";

/** Milliseconds that a controller may take: a reload reads files and asks the kernel, and a drain waits for a reload. */
const PATIENCE_MS = 60_000;

/** Asks the controller that listens at a socket. Throws ControllerUnreachable, Refused or UsageError, each with a line for the operator. */
export class AdminClient {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  async status(): Promise<StatusDocument> {
    return (await this.#ask("GET", "/status", undefined)) as StatusDocument;
  }

  async ask<V extends Verb>(verb: V, body: Request<V>): Promise<Answer> {
    return (await this.#ask("POST", `/${verb}`, body)) as Answer;
  }

  /** What the controller would do with this config. */
  async plan(body: Request<"plan">): Promise<PlanDocument> {
    return (await this.#ask("POST", "/plan", body)) as PlanDocument;
  }

  async #ask(method: "GET" | "POST", path: string, body: unknown): Promise<unknown> {
    const { status, text } = await this.#send(method, path, body === undefined ? "" : JSON.stringify(body));
    const answer = parse(text);
    if (status === 200 && answer !== undefined) return answer;
    const error = (answer as { readonly error?: unknown } | undefined)?.error;
    const message = typeof error === "string" ? error : `it answered ${status} and nothing that can be read`;
    if (status === 409) throw new Refused(message);
    if (status >= 400 && status < 500) throw new UsageError(message);
    throw new Error(`the controller failed: ${message}`);
  }

  #send(method: string, path: string, body: string): Promise<{ readonly status: number; readonly text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const sent = request({ socketPath: this.#socket, method, path, headers, timeout: PATIENCE_MS }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", (error) => reject(this.#unreachable(error)));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      });
      sent.on("timeout", () => sent.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)));
      sent.on("error", (error) => reject(this.#unreachable(error)));
      sent.end(body);
    });
  }

  #unreachable(error: NodeJS.ErrnoException): ControllerUnreachable {
    const at = `the controller cannot be asked at ${this.#socket}`;
    switch (error.code) {
      case "ENOENT":
        return new ControllerUnreachable(
          `${at}: there is no such socket; is bgp-lb running here? -state-dir or -admin-socket tells where`,
          true,
        );
      case "ECONNREFUSED":
        return new ControllerUnreachable(`${at}: nobody listens there any more; is bgp-lb running?`, true);
      case "EACCES":
      case "EPERM":
        return new ControllerUnreachable(
          `${at}: this user may not; root may, and the group that the controller's -admin-group names`,
        );
      default:
        return new ControllerUnreachable(`${at}: ${error.message}`);
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
