import { once } from "node:events";
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A web service on this host that can die and come back on the same port. */
export class Backend {
  #server: Server | undefined;
  port = 0;
  /** When the last request came, on performance.now(), of each program by its User-Agent up to the slash. */
  readonly asked = new Map<string, number>();

  async start(): Promise<void> {
    this.#server = createServer(({ headers }, response) => {
      this.asked.set(headers["user-agent"]?.split("/")[0] ?? "", performance.now());
      response.end("ok");
    });
    this.#server.listen(this.port, "127.0.0.1");
    await once(this.#server, "listening");
    this.port = (this.#server.address() as AddressInfo).port;
  }

  /** From now on connections are refused. */
  die(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}
