import { IpvsMetrics } from "../../src/admin/ipvs-metrics.ts";
import { Metrics } from "../../src/admin/metrics.ts";
import { OperatorMetrics } from "../../src/admin/operator-metrics.ts";

export interface ExposedMetric {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly help: string;
}

/** Each metric of a controller that is our own, as the code defines it. */
export function exposed(): readonly ExposedMetric[] {
  const { registry } = new Metrics("0.0.0");
  new OperatorMetrics(registry);
  new IpvsMetrics(registry);
  // prom-client's types leave out what its metrics have; the type of a metric is the name of its class.
  const all = registry.getMetricsAsArray() as unknown as readonly {
    readonly name: string;
    readonly labelNames: readonly string[];
    readonly help: string;
  }[];
  return all
    .filter(({ name }) => name.startsWith("bgp_lb_"))
    .map((one) => ({
      name: one.name,
      type: one.constructor.name.toLowerCase() as ExposedMetric["type"],
      labels: one.labelNames,
      help: one.help,
    }));
}
