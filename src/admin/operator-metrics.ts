import type { Registry } from "prom-client";
import { Counter, Gauge } from "prom-client";
import type { DrainResult, Overrides } from "../core/override.ts";
import { shortWord } from "../core/override.ts";

const RESULTS = ["quiet", "deadline", "not announced", "undrained"] as const satisfies readonly (
  | DrainResult
  | "undrained"
)[];

/** What Prometheus is told of the operator's words and of the config. */
export class OperatorMetrics {
  readonly #overrides: Gauge<"service" | "word">;
  readonly #drains: Counter<"result">;
  readonly #reloaded: Gauge;
  readonly #reloadedAt: Gauge;
  readonly #leaseTerm: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#overrides = new Gauge({
      name: "bgp_lb_overrides",
      help: "1 for each service that an operator's word stands on: draining, drained, forced_up or forced_down.",
      labelNames: ["service", "word"],
      registers,
    });
    this.#drains = new Counter({
      name: "bgp_lb_drains_total",
      help: "Drains that came to an end, by how: quiet, deadline, not_announced, or undrained before that.",
      labelNames: ["result"],
      registers,
    });
    for (const result of RESULTS) this.#drains.inc({ result: label(result) }, 0);
    this.#reloaded = new Gauge({
      name: "bgp_lb_config_last_reload_successful",
      help: "1 while the config that was last read is the one in force, 0 while it could not be used and the one before stays.",
      registers,
    });
    this.#reloadedAt = new Gauge({
      name: "bgp_lb_config_last_reload_success_timestamp_seconds",
      help: "When the config in force was taken over, in seconds since 1970.",
      registers,
    });
    this.#leaseTerm = new Gauge({
      name: "bgp_lb_lease_term_seconds",
      help: "How long announcements may outlive this controller where a guard holds the lease; 0: no lease is wanted.",
      registers,
    });
  }

  overrides(overrides: Overrides): void {
    this.#overrides.reset();
    for (const [service, override] of overrides) this.#overrides.set({ service, word: label(shortWord(override)) }, 1);
  }

  drained(result: (typeof RESULTS)[number]): void {
    this.#drains.inc({ result: label(result) });
  }

  /** `term`: milliseconds; 0: none. */
  lease(term: number): void {
    this.#leaseTerm.set(term / 1000);
  }

  /** `at`: milliseconds since 1970 of a success; undefined: it failed. */
  reload(at: number | undefined): void {
    this.#reloaded.set(at === undefined ? 0 : 1);
    if (at !== undefined) this.#reloadedAt.set(Math.floor(at / 1000));
  }
}

function label(result: string): string {
  return result.replace(" ", "_");
}
