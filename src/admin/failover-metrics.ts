import type { Registry } from "prom-client";
import { Histogram } from "prom-client";
import type { Took } from "../core/failover.ts";

/** A proof takes 100 ms at the least; what lasts longer than five minutes waits for a peer. */
const SECONDS = [0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 3, 5, 10, 30, 60, 300];

/** How fast announcements follow the checks: the objective that a failover is held to. */
export class FailoverMetrics {
  readonly #seconds: Readonly<Record<Took["what"], Histogram>>;

  constructor(registry: Registry) {
    const registers = [registry];
    const buckets = SECONDS;
    this.#seconds = {
      withdraw: new Histogram({
        name: "bgp_lb_withdraw_seconds",
        help: "Time from the first bad probe to the path withdrawn, and that acknowledged by every peer that had it, as far as it can be proven.",
        buckets,
        registers,
      }),
      announce: new Histogram({
        name: "bgp_lb_announce_seconds",
        help: "Time from the first good probe to the path proven to have arrived at a peer or, where that cannot be proven, sent to one.",
        buckets,
        registers,
      }),
    };
  }

  took({ what, milliseconds }: Took): void {
    this.#seconds[what].observe(milliseconds / 1000);
  }
}
