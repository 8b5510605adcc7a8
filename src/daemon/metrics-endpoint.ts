import type { Metrics } from "../admin/metrics.ts";
import type { ListenAddress } from "../admin/server.ts";
import { MetricsServer } from "../admin/server.ts";
import { messageOf } from "../core/errors.ts";
import type { Logger } from "./log.ts";

/** Serves the metrics at the address, if there is one. A port that is taken is told, and stops nothing. */
export async function serveMetrics(
  address: ListenAddress | undefined,
  metrics: Metrics,
  log: Logger,
): Promise<MetricsServer | undefined> {
  if (address === undefined) return undefined;
  const server = new MetricsServer(metrics.registry);
  try {
    await server.listen(address);
    return server;
  } catch (error) {
    log.error(
      `no metrics: cannot listen on ${address.host ?? ""}:${address.port} (${messageOf(error)}); set -metrics-address to a free one. The main job goes on`,
    );
    return undefined;
  }
}
