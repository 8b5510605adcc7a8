import type { Server } from "node:net";
import { connect, createServer } from "node:net";
import type { Condition } from "./beacon.ts";

/** What the holder of the lock says about itself. */
export interface Holder {
  readonly pid: number;
  readonly config: string;
  readonly condition: Condition;
}

/** Of the abstract socket. */
export const LOCK_NAME = "bgp-lb";

export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the one lock of this network namespace, or throws an Error that names who holds it. It is an abstract unix socket
 * (unix(7)): it lives in the network namespace, as do the links and IPVS that it guards, and the kernel frees it when the
 * process dies, however it dies; no pid file can go stale.
 */
export async function takeLock(config: string, condition: () => Condition, name = LOCK_NAME): Promise<Lock> {
  const socket = `\0${name}`;
  const server = createServer((client) => {
    client.on("error", () => undefined);
    // Whoever stays connected must not keep this process from ending.
    const self: Holder = { pid: process.pid, config, condition: condition() };
    client.end(JSON.stringify(self), () => client.destroy());
  });
  if (await listen(server, socket)) {
    server.unref();
    return { release: () => new Promise((resolve) => server.close(() => resolve())) };
  }
  const holder = await askHolder(name);
  const who =
    typeof holder === "string"
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

/** Asks whoever holds the lock how it is. free: nobody does. silent: somebody does, and does not answer within a second. */
export function askHolder(name = LOCK_NAME): Promise<Holder | "free" | "silent"> {
  return new Promise((resolve) => {
    let answer = "";
    const client = connect(`\0${name}`);
    client.setTimeout(1_000, () => client.destroy());
    client.on("data", (chunk) => {
      answer = (answer + chunk.toString()).slice(0, 10_000);
    });
    client.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") resolve("free");
    });
    client.on("close", () => resolve(parse(answer) ?? "silent"));
  });
}

function parse(answer: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(answer);
    if (typeof value !== "object" || value === null || !("pid" in value) || !("config" in value)) return undefined;
    const said =
      "condition" in value && typeof value.condition === "object" ? (value.condition as Partial<Condition>) : {};
    const condition = {
      ready: said?.ready === true,
      stalled: said?.stalled === true,
      line: String(said?.line ?? "says nothing about itself"),
    };
    return { pid: Number(value.pid), config: String(value.config), condition };
  } catch {
    return undefined;
  }
}
