import type { OperatorMetrics } from "../admin/operator-metrics.ts";
import type { ServiceHealth } from "../core/desired.ts";
import type { Clock } from "../core/ports.ts";
import type { VirtualServiceKey } from "../core/service.ts";
import type { Logger } from "./log.ts";
import type { OverrideStore } from "./overrides.ts";
import type { Reporter } from "./reporter.ts";
import type { Traffic } from "./traffic.ts";

export interface OperatorOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly reporter: Reporter;
  readonly metrics: OperatorMetrics;
  readonly store: Pick<OverrideStore, "load" | "save">;
  /** The services of the config, each with its virtual services as far as they are counted. */
  readonly services: () => ReadonlyMap<string, readonly VirtualServiceKey[]>;
  readonly health: () => ReadonlyMap<string, ServiceHealth>;
  /** False: no VIP of the service was in gobgpd after the last pass. */
  readonly announced: (name: string) => boolean;
  readonly traffic: Traffic;
  /** Something else is to be announced now. */
  readonly onChange: () => void;
}
