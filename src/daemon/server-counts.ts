import { messageOf } from "../core/errors.ts";
import type { Clock, ServerLoad, ServiceTraffic, TrafficMeter } from "../core/ports.ts";
import type { VirtualServiceKey } from "../core/service.ts";
import { realServerKey } from "../core/service.ts";
import type { Reporter } from "./reporter.ts";

/** Milliseconds that one look serves all who ask. */
const FRESH_MS = 2_000;

export interface ServerCountsOptions {
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly services: () => ReadonlyMap<string, readonly VirtualServiceKey[]>;
  readonly meter: TrafficMeter;
}

/** Counts what goes through real servers, for whoever looks at the page; nobody looks, nothing is counted. */
export class ServerCounts {
  readonly #options: ServerCountsOptions;
  #at = Number.NEGATIVE_INFINITY;
  #look: Promise<ReadonlyMap<VirtualServiceKey, readonly ServerLoad[]> | undefined> | undefined;

  constructor(options: ServerCountsOptions) {
    this.#options = options;
  }

  /** Those of a service; undefined where they are not counted or cannot be read. Never rejects. */
  async of(service: string): Promise<readonly ServerLoad[] | undefined> {
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

  async #read(): Promise<ReadonlyMap<VirtualServiceKey, readonly ServerLoad[]> | undefined> {
    const { meter, reporter } = this.#options;
    try {
      const traffic = await meter.traffic(new AbortController().signal);
      reporter.trouble("counting traffic for the page", undefined);
      return new Map([...traffic].map(([key, one]) => [key, loads(key, one)]));
    } catch (error) {
      reporter.trouble("counting traffic for the page", messageOf(error));
      return undefined;
    }
  }
}

function loads(key: VirtualServiceKey, { servers }: ServiceTraffic): readonly ServerLoad[] {
  return servers.map(({ server, active, inactive, connections, incomingBytes, outgoingBytes }) => ({
    virtualService: key,
    server: realServerKey(server),
    weight: server.weight,
    forwarding: server.forwarding,
    active,
    inactive,
    ever: { connections, bytesIn: incomingBytes, bytesOut: outgoingBytes },
  }));
}
