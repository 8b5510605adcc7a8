import { connect } from "node:net";
import type { GuardCondition } from "./guard-protocol.ts";
import { Lines, readCondition, writeMessage } from "./guard-protocol.ts";

const PATIENCE_MS = 1_000;

/** Asks the guard at this socket how it is; renews nothing. What keeps it from answering is an answer too. */
export function askGuard(path: string): Promise<Omit<GuardCondition, "kind">> {
  const bad = (line: string) => ({ well: false, line });
  return new Promise((resolve) => {
    const lines = new Lines();
    const socket = connect(path, () => socket.write(writeMessage({ kind: "ask" })));
    socket.setEncoding("utf8");
    socket.setTimeout(PATIENCE_MS, () => {
      resolve(bad(`the guard at ${path} does not answer: it is stopped or hung`));
      socket.destroy();
    });
    socket.on("data", (chunk: string) => {
      for (const line of lines.take(chunk)) {
        const found = readCondition(line);
        resolve(found ?? bad(`what listens at ${path} is no guard of this version`));
        socket.destroy();
      }
    });
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(bad(reason(error, path))));
    socket.on("close", () => resolve(bad(`what listens at ${path} is no guard of this version`)));
  });
}

function reason({ code, message }: NodeJS.ErrnoException, path: string): string {
  if (code === "ENOENT" || code === "ECONNREFUSED") return `no guard listens at ${path}`;
  if (code === "EACCES" || code === "EPERM") return `this user may not open ${path}`;
  return `${path}: ${message}`;
}
