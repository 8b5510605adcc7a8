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
