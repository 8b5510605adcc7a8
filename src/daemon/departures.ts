import type { Desired } from "../core/desired.ts";
import type { Ownership } from "../core/ownership.ts";
import { ownedServerKey } from "../core/ownership.ts";
import { staying } from "../core/pool.ts";
import type { Clock } from "../core/ports.ts";
import { realServerKey } from "../core/service.ts";
import type { Observed } from "../core/state.ts";
import type { Reporter } from "./reporter.ts";

export interface DeparturesOptions {
  readonly clock: Clock;
  /** Told once of each real server whose time is over while it still has connections. */
  readonly reporter: Pick<Reporter, "notice">;
  /** Milliseconds that a real server may stay at weight 0 for its last connections; for ever unless given. */
  readonly realServerDrain?: () => number;
}

/** Counts how long each real server that leaves has been at weight 0, from the first look of this process that found it so. */
export class Departures {
  readonly #options: DeparturesOptions;
  #since: ReadonlyMap<string, number> = new Map();
  #told: ReadonlySet<string> = new Set();

  constructor(options: DeparturesOptions) {
    this.#options = options;
  }

  /** Takes note of a look; one that failed tells nothing. */
  saw(desired: Desired, { kernel }: Observed, owned: Ownership): void {
    if (kernel === undefined) return;
    const since = new Map<string, number>();
    const told = new Set<string>();
    for (const [key, service] of kernel.virtualServices ?? []) {
      const stays = staying(desired, key);
      for (const server of service.realServers) {
        const name = ownedServerKey(service, server);
        if (server.weight !== 0 || stays.has(realServerKey(server)) || !owned.realServers.has(name)) continue;
        since.set(name, this.#since.get(name) ?? this.#options.clock.now());
        const left = kernel.connections?.get(name) ?? 0;
        if (left === 0 || !this.#isOver(since.get(name))) continue;
        told.add(name);
        if (this.#told.has(name)) continue;
        const connections = `${left} connection${left === 1 ? "" : "s"}`;
        this.#options.reporter.notice(
          `real server ${realServerKey(server)} of ${key} still has ${connections} at the end of realServerDrain; it is removed`,
        );
      }
    }
    this.#since = since;
    this.#told = told;
  }

  /** See DepartureOver. */
  readonly over = (server: string): boolean => this.#isOver(this.#since.get(server));

  /** When the next one's time is over, on the clock; Infinity for none. */
  get endsAt(): number {
    const now = this.#options.clock.now();
    const ends = [...this.#since.values()].map((since) => since + this.#patience);
    return Math.min(...ends.filter((end) => end > now));
  }

  #isOver(since: number | undefined): boolean {
    return since !== undefined && since + this.#patience <= this.#options.clock.now();
  }

  get #patience(): number {
    return this.#options.realServerDrain?.() ?? Number.POSITIVE_INFINITY;
  }
}
