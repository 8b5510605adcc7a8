import { chmod, unlink } from "node:fs/promises";
import type { Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import type { GuardCondition, ToController, ToGuard } from "./guard-protocol.ts";
import { Lines, readAsk, readToGuard, writeMessage } from "./guard-protocol.ts";

export interface GuardServerOptions {
  readonly path: string;
  /** A controller said this. */
  readonly onMessage: (message: ToGuard) => ToController;
  /** Somebody asks how the guard is. */
  readonly condition: () => GuardCondition;
  /** Whoever was connected said something that is no message, and was cut off. */
  readonly onNonsense: () => void;
}

/** The unix socket at which the guard hears the controller; who may speak there is a matter of the directory's owner and mode. */
export class GuardServer {
  readonly #options: GuardServerOptions;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();

  constructor(options: GuardServerOptions) {
    this.#options = options;
    this.#server = createServer((client) => this.#serve(client));
  }

  /** Listens; throws where another guard does, or where the directory refuses. A socket that a dead guard left behind is replaced. */
  async listen(): Promise<void> {
    const { path } = this.#options;
    if (await answers(path)) throw new Error(`another guard listens at ${path}; stop it first`);
    await unlink(path).catch(() => undefined);
    const umask = process.umask(0o007);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once("error", reject);
        this.#server.listen(path, resolve);
      });
    } finally {
      process.umask(umask);
    }
    await chmod(path, 0o660);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(client: Socket): void {
    const { onMessage, onNonsense, condition } = this.#options;
    const lines = new Lines();
    this.#clients.add(client);
    client.setEncoding("utf8");
    client.on("error", () => undefined);
    client.on("close", () => this.#clients.delete(client));
    client.on("data", (chunk: string) => {
      for (const line of lines.take(chunk)) {
        const message = readToGuard(line);
        if (message === undefined && readAsk(line) !== undefined) {
          client.write(writeMessage(condition()));
          continue;
        }
        if (message === undefined) {
          onNonsense();
          client.destroy();
          return;
        }
        client.write(writeMessage(onMessage(message)));
      }
    });
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
