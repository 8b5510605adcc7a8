import type { IpvsMetrics } from "../admin/ipvs-metrics.ts";
import { messageOf } from "../core/errors.ts";
import type { Clock, TrafficMeter } from "../core/ports.ts";
import { virtualServiceKey } from "../core/service.ts";
import type { Reporter } from "./reporter.ts";
import type { Settings } from "./settings.ts";
import { intentOf } from "./settings.ts";

export interface MeteringOptions {
  /** undefined: nothing is counted. */
  readonly meter: TrafficMeter | undefined;
  readonly metrics: IpvsMetrics;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly settings: () => Settings;
}

/** A scrape waits this long for the counters (milliseconds); after that it gets the ones before, for a scrape without them is better than none. */
const PATIENCE_MS = 3_000;

/** What was read serves for so long (milliseconds), however many ask: each look starts a program. */
const SERVES_MS = 5_000;

/** Reads the counters of the config's virtual services into the metrics, once for all who ask at a time; never throws. */
export function metering(options: MeteringOptions): () => Promise<void> {
  const { meter, metrics, clock, settings } = options;
  let reading: Promise<void> | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (meter === undefined || !intentOf(settings()).ipvs) return;
    if (reading === undefined && clock.now() - lastAt < SERVES_MS) return;
    reading ??= read(meter, options).finally(() => {
      reading = undefined;
      lastAt = clock.now();
    });
    const done = new AbortController();
    const late = clock.sleep(PATIENCE_MS, done.signal).then(() => {
      if (!done.signal.aborted) metrics.readable(false);
    });
    await Promise.race([reading.finally(() => done.abort()), late]);
  };
}

async function read(meter: TrafficMeter, { metrics, reporter, settings }: MeteringOptions): Promise<void> {
  try {
    const found = await meter.traffic(new AbortController().signal);
    const own = intentOf(settings()).services.flatMap(({ name, virtualServices }) =>
      virtualServices.flatMap((one) => {
        const traffic = found.get(virtualServiceKey(one));
        return traffic === undefined ? [] : [[name, traffic] as const];
      }),
    );
    metrics.set(own);
    reporter.trouble("reading the counters of IPVS", undefined);
  } catch (error) {
    metrics.readable(false);
    reporter.trouble("reading the counters of IPVS", messageOf(error));
  }
}
