import type { Clock } from "../core/ports.ts";

/** The kernel's monotonic clock: a step of the wall clock changes nothing. */
export const systemClock: Clock = {
  now: () => performance.now(),
  // Not that of timers/promises, which makes an error of each sleep that is ended: each probe ends one.
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, Math.max(0, ms));
      signal?.addEventListener("abort", end);
    }),
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
