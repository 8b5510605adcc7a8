import type { ProbeResult } from "../../src/core/ports.ts";
import { Monitor, type MonitorOptions } from "../../src/health/monitor.ts";
import { VirtualClock } from "../support/clock.ts";

export type Probe = (signal: AbortSignal) => Promise<ProbeResult>;

export const PASS: ProbeResult = { ok: true };
export const FAIL: ProbeResult = { ok: false, reason: "status 503" };
/** Ignores its signal. */
export const never: Probe = () => new Promise(() => {});
/** Obeys its signal, as the kinds do. */
export const hang: Probe = (signal) =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve({ ok: false, reason: "no status came" })));

/** A monitor on a virtual clock, and a line for everything that it did. */
export function watch(probe: Probe, options: Partial<MonitorOptions> = {}) {
  const clock = (options.clock as VirtualClock | undefined) ?? new VirtualClock();
  const lines: string[] = [];
  const starts: number[] = [];
  const monitor = new Monitor({
    name: "http",
    check: {
      probe: (signal) => {
        starts.push(clock.now());
        return probe(signal);
      },
    },
    interval: 1000,
    timeout: 3000,
    thresholds: { rise: 3, fall: 3 },
    random: () => 0,
    onResult: (health, result, duration) =>
      lines.push(
        `${clock.now()}: ${health.verdict} ${health.streak} ${result.ok ? "ok" : result.reason} (${duration})`,
      ),
    ...options,
    clock,
  });
  return { clock, monitor, lines, starts };
}
