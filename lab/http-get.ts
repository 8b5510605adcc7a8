import { createConnection } from "node:net";

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string;
  readonly localPort?: number;
}

/**
 * One GET on a connection of its own, answered with the body of a 200. HTTP/1.0 over a bare socket: there is no pool that could keep a
 * connection, and under emulation it costs a tenth of node:http. Throws with the system's error code as the message, or "timeout".
 */
export function httpGet(target: Target, path: string, timeout: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(target);
    const timer = setTimeout(() => socket.destroy(new Error("timeout")), timeout);
    let answer = "";
    socket.setEncoding("latin1");
    socket.on("connect", () => socket.write(`GET ${path} HTTP/1.0\r\nHost: lab\r\n\r\n`));
    socket.on("data", (chunk: string) => {
      answer += chunk;
    });
    socket.on("error", (error: NodeJS.ErrnoException) => reject(new Error(error.code ?? error.message)));
    socket.on("close", () => {
      clearTimeout(timer);
      const [head = "", ...body] = answer.split("\r\n\r\n");
      if (/^HTTP\/1\.[01] 200 /.test(head)) resolve(body.join("\r\n\r\n"));
      else reject(new Error(answer === "" ? "closed" : (head.split("\r\n")[0] ?? "")));
    });
  });
}
