import type { Registry } from "prom-client";
import { Counter, Gauge } from "prom-client";
import type { DrainResult, shortWord } from "../core/override.ts";

const RESULTS = ["quiet", "deadline", "not announced", "undrained"] as const satisfies readonly (
  | DrainResult
  | "undrained"
)[];

/** An operator's word on a service; times in milliseconds since 1970. */
export interface StandingWord {
  readonly service: string;
  readonly word: ReturnType<typeof shortWord>;
  readonly since: number;
  /** undefined: it stands until it is taken back. */
  readonly until: number | undefined;
}

/** What Prometheus is told of the operator's words and of the config. */
export class OperatorMetrics {
  readonly #overrides: Gauge<"service" | "word">;
  readonly #since: Gauge<"service" | "word">;
  readonly #until: Gauge<"service" | "word">;
  readonly #drains: Counter<"result">;
  readonly #reloaded: Gauge;
  readonly #reloadedAt: Gauge;
  readonly #leaseTerm: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    const labelNames = ["service", "word"] as const;
    this.#overrides = new Gauge({
      name: "bgp_lb_overrides",
      help: "1 for each service that an operator's word stands on: draining, drained, forced_up or forced_down.",
      labelNames,
      registers,
    });
    this.#since = new Gauge({
      name: "bgp_lb_override_since_timestamp_seconds",
      help: "When the word that stands on the service was said, in seconds since 1970.",
      labelNames,
      registers,
    });
    this.#until = new Gauge({
      name: "bgp_lb_override_until_timestamp_seconds",
      help: "When the word that stands on the service ends by itself, in seconds since 1970; of a drain, when it withdraws at the latest. None where it stands until it is taken back.",
      labelNames,
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

  overrides(words: readonly StandingWord[]): void {
    for (const gauge of [this.#overrides, this.#since, this.#until]) gauge.reset();
    for (const { service, word, since, until } of words) {
      const labels = { service, word: label(word) };
      this.#overrides.set(labels, 1);
      this.#since.set(labels, since / 1000);
      if (until !== undefined) this.#until.set(labels, until / 1000);
    }
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
