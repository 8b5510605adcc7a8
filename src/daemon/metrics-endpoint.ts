import { Exposition } from "../admin/exposition.ts";
import type { Metrics } from "../admin/metrics.ts";
import type { ListenAddress } from "../admin/server.ts";
import { MetricsServer } from "../admin/server.ts";
import { readWebConfig } from "../admin/web-config.ts";
import { messageOf } from "../core/errors.ts";
import type { Clock } from "../core/ports.ts";
import type { Logger } from "./log.ts";
import type { EndpointParts } from "./persistent.ts";
import { Persistent } from "./persistent.ts";

/** Where and how metrics are served. */
export interface MetricsListener extends ListenAddress {
  /** File that says who may ask and how; undefined: everybody, in plain HTTP. */
  readonly webConfig?: string | undefined;
  /** Without it this process is not to run. */
  readonly required?: boolean;
}

/** Milliseconds between two looks at certificates: a new one is served to the first connection after that. */
const LOOK_MS = 5_000;

/**
 * Serves the metrics at the address, if there is one. A port that is taken is told, tried again, and stops nothing unless they are required: then
 * it is an error that is thrown, and so is always a web config file that cannot be used.
 */
export async function serveMetrics(
  listener: MetricsListener | undefined,
  metrics: Metrics,
  { clock, log, reporter }: EndpointParts,
): Promise<Pick<MetricsServer, "port" | "close"> | undefined> {
  if (listener === undefined) return undefined;
  const { host, port, webConfig, required } = listener;
  const exposition = new Exposition(metrics.registry, clock, () => metrics.refresh());
  const server = new MetricsServer({ exposition, webConfig, onTrouble: onceEach(log) });
  const attempt = () => server.listen({ host, port });
  const words = (error: string) =>
    `cannot listen on ${host?.includes(":") ? `[${host}]` : (host ?? "")}:${port} (${error}); set -metrics-address to a free one`;
  const standing = new Persistent({ part: "metrics", attempt, words, clock, reporter });
  // A file that cannot be used is an error of the start, be the port free or not.
  if (webConfig !== undefined) await readWebConfig(webConfig);
  if (required !== true) await standing.start();
  else
    await attempt().catch(async (error: unknown) => {
      await server.close();
      throw new Error(`no metrics: ${words(messageOf(error))}, or leave -metrics-required out`);
    });
  const closed = new AbortController();
  if (webConfig !== undefined) void lookNowAndThen(server, clock, closed.signal);
  return {
    get port() {
      return server.port;
    },
    close: async () => {
      closed.abort("wanted no more");
      await standing.stop();
      await server.close();
    },
  };
}

async function lookNowAndThen(server: MetricsServer, clock: Clock, closed: AbortSignal): Promise<void> {
  while (!closed.aborted) {
    await clock.sleep(LOOK_MS, closed);
    if (!closed.aborted) await server.look();
  }
}

/** Each trouble is told once for as long as it lasts. */
function onceEach(log: Logger): (error: unknown) => void {
  let standing = "";
  return (error) => {
    const text = error === undefined ? "" : messageOf(error);
    if (text === standing) return;
    standing = text;
    if (text === "") log.info("the web config file of the metrics was read anew");
    else log.error(`serving metrics: ${text}; what was read before goes on to count`);
  };
}
