import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "../core/ports.ts";

/** The kernel's monotonic clock: a step of the wall clock changes nothing. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    if (signal?.aborted === true) return;
    await wait(Math.max(0, ms), undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};

/** The wall clock's time after so many milliseconds, for people and across restarts: `2026-01-02T03:04:05Z`. */
export function textOfTime(after = 0): string {
  return new Date(Date.now() + after).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Milliseconds since 1970 of such a text. */
export function timeOfText(text: string): number {
  return Date.parse(text);
}

/** The wall clock's time so many milliseconds from now, to the millisecond: `2026-01-02T03:04:05.678Z`. */
export function preciseTime(after = 0): string {
  return new Date(Date.now() + after).toISOString();
}
