import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { Registry } from "prom-client";

export interface ListenAddress {
  /** All interfaces where left out, as the original listens. */
  readonly host?: string | undefined;
  readonly port: number;
}

/** Serves `/metrics` and nothing else. */
export class MetricsServer {
  readonly #registry: Registry;
  readonly #server: Server;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
      void this.#answer(request, response);
    });
  }

  /** Listens; rejects with Node's error (EADDRINUSE, EACCES, ...) where it cannot. */
  listen(address: ListenAddress): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ port: address.port, ...(address.host === undefined ? {} : { host: address.host }) }, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
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

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").split("?")[0];
    if (path !== "/metrics") return end(response, 404, "text/plain", "only /metrics is served here\n");
    if (request.method !== "GET" && request.method !== "HEAD") return end(response, 405, "text/plain", "only GET\n");
    try {
      end(response, 200, this.#registry.contentType, await this.#registry.metrics());
    } catch {
      end(response, 500, "text/plain", "the metrics could not be collected\n");
    }
  }
}

function end(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type }).end(body);
}
