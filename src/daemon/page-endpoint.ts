import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { AdminActions } from "../admin/api.ts";
import type { PageConfig } from "../config/config.ts";
import { messageOf } from "../core/errors.ts";
import type { History } from "../core/history.ts";
import type { Clock, TrafficMeter } from "../core/ports.ts";
import type { VirtualServiceKey } from "../core/service.ts";
import type { Handler } from "../page/page.ts";
import { Page } from "../page/page.ts";
import { PageServer } from "../page/page-server.ts";
import type { PageSource } from "../page/source.ts";
import { textOfTime } from "./clock.ts";
import type { Logger } from "./log.ts";
import { Persistent } from "./persistent.ts";
import type { Reporter } from "./reporter.ts";
import { ServerCounts } from "./server-counts.ts";

export interface PageEndpointOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly reporter: Reporter;
  readonly stateDirectory: string;
  readonly actions: AdminActions;
  readonly history: History;
  readonly foresee: PageSource["foresee"];
  readonly config: () => PageConfig;
  /** The services of the config, each with its virtual services as far as they are counted. */
  readonly services: () => ReadonlyMap<string, readonly VirtualServiceKey[]>;
  readonly meter: TrafficMeter;
}

/** Serves the status page where the config says. What stands in the way is told, and stops nothing. */
export class PageEndpoint {
  readonly #options: PageEndpointOptions;
  readonly #token: { readonly text: string; readonly file: string };
  readonly #page: Page | undefined;
  readonly #onFault: (error: unknown) => void;
  /** Over TCP, where the config wants that. */
  #server: { close(): Promise<void> } | undefined;
  /** Where it listens or is to, as text. */
  #at = "";

  constructor(options: PageEndpointOptions) {
    this.#options = options;
    const { log, clock, config, services, meter, reporter, stateDirectory } = options;
    this.#token = { text: randomBytes(24).toString("base64url"), file: join(stateDirectory, "page-token") };
    const counts = new ServerCounts({ clock, reporter, services, meter });
    this.#onFault = (error) =>
      log.error(
        `a fault in bgp-lb itself, in the status page: ${error instanceof Error ? error.stack : String(error)}`,
      );
    const source = {
      ...options,
      host: hostname(),
      time: () => textOfTime(),
      traffic: (service: string) => counts.of(service),
      options: config,
    };
    try {
      this.#page = new Page(source, this.#token, this.#onFault);
    } catch (error) {
      reporter.trouble("status page", `its files cannot be read (${messageOf(error)}); the main job goes on`);
    }
  }

  /** For the admin API's socket; undefined: the config wants none. */
  get handler(): Handler | undefined {
    const page = this.#page;
    if (page === undefined) return undefined;
    const trusted = page.handler(true);
    const off: Handler = async (_, response) =>
      void response.writeHead(404, { "content-type": "text/plain" }).end("page.address in the config is off\n");
    return (request, response) => (this.#options.config().address === "off" ? off : trusted)(request, response);
  }

  /** Listens where the config says now, as soon as that can be. Never rejects. */
  async follow(): Promise<void> {
    const { address, buttons } = this.#options.config();
    const tcp = typeof address === "object" ? address : undefined;
    await this.#keepToken(tcp !== undefined && buttons);
    const at = tcp === undefined ? "" : `${tcp.host.includes(":") ? `[${tcp.host}]` : tcp.host}:${tcp.port}`;
    if (at === this.#at) return;
    await this.#server?.close();
    this.#server = undefined;
    this.#at = at;
    if (tcp === undefined || this.#page === undefined) return;
    const server = new PageServer(this.#page.handler(false), this.#onFault);
    const standing = new Persistent({
      ...this.#options,
      part: "status page",
      attempt: async () => {
        await server.listen(tcp);
        this.#options.log.info(`the status page is at http://${at}/`);
      },
      words: (error) => `cannot listen on ${at} (${error}); set page.address to a free one`,
    });
    this.#server = {
      close: async () => {
        await standing.stop();
        await server.close();
      },
    };
    await standing.start();
  }

  async close(): Promise<void> {
    this.#page?.stop();
    await this.#server?.close();
    await this.#keepToken(false);
  }

  /** A file for root's eyes only: who can read it may press the buttons. */
  async #keepToken(wanted: boolean): Promise<void> {
    const { text, file } = this.#token;
    try {
      await rm(file, { force: true });
      if (!wanted) return;
      await writeFile(file, `${text}\n`, { mode: 0o600, flag: "wx" });
    } catch (error) {
      this.#options.log.error(`the token of the status page cannot be kept in ${file}: ${messageOf(error)}`);
    }
  }
}
