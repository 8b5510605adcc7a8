import { messageOf } from "../core/errors.ts";
import type { Clock, ServerTraffic, TrafficCounter } from "../core/ports.ts";
import type { VirtualServiceKey } from "../core/service.ts";
import type { Reporter } from "./reporter.ts";

/** Milliseconds that one look serves all who ask. */
const FRESH_MS = 2_000;

export interface ServerCountsOptions {
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly services: () => ReadonlyMap<string, readonly VirtualServiceKey[]>;
  readonly counter: TrafficCounter;
}

/** Counts what goes through real servers, for whoever looks at the page; nobody looks, nothing is counted. */
export class ServerCounts {
  readonly #options: ServerCountsOptions;
  #at = Number.NEGATIVE_INFINITY;
  #look: Promise<ReadonlyMap<VirtualServiceKey, readonly ServerTraffic[]> | undefined> | undefined;

  constructor(options: ServerCountsOptions) {
    this.#options = options;
  }

  /** Those of a service; undefined where they are not counted or cannot be read. Never rejects. */
  async of(service: string): Promise<readonly ServerTraffic[] | undefined> {
    const { clock, services } = this.#options;
    const keys = services().get(service) ?? [];
    if (keys.length === 0) return undefined;
    if (this.#look === undefined || clock.now() - this.#at > FRESH_MS) {
      this.#at = clock.now();
      this.#look = this.#read();
    }
    const found = await this.#look;
    return found === undefined ? undefined : keys.flatMap((key) => found.get(key) ?? []);
  }

  async #read(): Promise<ReadonlyMap<VirtualServiceKey, readonly ServerTraffic[]> | undefined> {
    const { counter, reporter } = this.#options;
    try {
      const servers = await counter.servers(new AbortController().signal);
      reporter.trouble("counting traffic for the page", undefined);
      return Map.groupBy(servers, (one) => one.virtualService);
    } catch (error) {
      reporter.trouble("counting traffic for the page", messageOf(error));
      return undefined;
    }
  }
}
