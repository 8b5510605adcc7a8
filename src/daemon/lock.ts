import type { Server } from "node:net";
import { connect, createServer } from "node:net";

/** What the holder of the lock says about itself. */
interface Holder {
  readonly pid: number;
  readonly config: string;
}

export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the one lock of this network namespace, or throws an Error that names who holds it. It is an abstract unix socket
 * (unix(7)): it lives in the network namespace, as do the links and IPVS that it guards, and the kernel frees it when the
 * process dies, however it dies; no pid file can go stale.
 */
export async function takeLock(config: string, name = "bgp-lb"): Promise<Lock> {
  const socket = `\0${name}`;
  const self: Holder = { pid: process.pid, config };
  const server = createServer((client) => {
    client.on("error", () => undefined);
    // Whoever stays connected must not keep this process from ending.
    client.end(JSON.stringify(self), () => client.destroy());
  });
  if (await listen(server, socket)) {
    server.unref();
    return { release: () => new Promise((resolve) => server.close(() => resolve())) };
  }
  const holder = await ask(socket);
  const who =
    holder === undefined
      ? "it does not answer, so it is stopped or hung"
      : `process ${holder.pid} with config ${holder.config}`;
  throw new Error(
    `another bgp-lb controls this network namespace (${who}); stop it first: two controllers would undo each other's work`,
  );
}

function listen(server: Server, socket: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(false) : reject(error),
    );
    server.listen(socket, () => resolve(true));
  });
}

function ask(socket: string): Promise<Holder | undefined> {
  return new Promise((resolve) => {
    let answer = "";
    const client = connect(socket);
    client.setTimeout(1_000, () => client.destroy());
    client.on("data", (chunk) => {
      answer = (answer + chunk.toString()).slice(0, 10_000);
    });
    client.on("error", () => undefined);
    client.on("close", () => resolve(parse(answer)));
  });
}

function parse(answer: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(answer);
    if (typeof value !== "object" || value === null || !("pid" in value) || !("config" in value)) return undefined;
    return { pid: Number(value.pid), config: String(value.config) };
  } catch {
    return undefined;
  }
}
