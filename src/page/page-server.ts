import type { Server } from "node:http";
import { createServer } from "node:http";
import { limitsOf, PATIENCE } from "../admin/limits.ts";
import { listening } from "../admin/listening.ts";
import { fewAtOnce } from "../admin/unanswered.ts";
import type { Handler } from "./page.ts";

export interface PageAddress {
  readonly host: string;
  readonly port: number;
}

/** Milliseconds that a client has between two requests, and in which it has to go on reading; a stream is written to more often. */
const LIMITS = { ...PATIENCE, keepAliveTimeout: 5_000, unread: 30_000 };

/** Serves the page over TCP, and nothing else; connections that stand idle, slowly send or do not read are ended, and beyond 256 none is taken. */
export class PageServer {
  readonly #server: Server;
  readonly #onFault: (error: unknown) => void;

  constructor(handler: Handler, onFault: (error: unknown) => void, { unread, ...patience } = LIMITS) {
    this.#onFault = onFault;
    this.#server = createServer(
      limitsOf(patience),
      fewAtOnce((request, response) => void handler(request, response)),
    );
    this.#server.timeout = unread;
    this.#server.maxConnections = 256;
    // A browser that stays must not keep this process from ending.
    this.#server.unref();
  }

  /** Listens; rejects with Node's error (EADDRINUSE, EACCES, ...) where it cannot. */
  listen(address: PageAddress): Promise<void> {
    return listening(this.#server, address, this.#onFault);
  }

  /** The port that it listens on; 0 while it does not. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
