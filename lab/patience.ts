import { setTimeout as sleep } from "node:timers/promises";

/** How much slower than an ordinary machine everything is here: 1, or about 10 in a software-emulated guest. */
export const SLOW = Math.max(1, Number(process.env["BGP_LB_SLOW"] ?? (process.env["IN_GUEST"] ? 10 : 1)) || 1);

/** Milliseconds between the first two looks and, growing, between later ones: a look may be a process, and takes its time from what it waits for. */
const [FIRST, LONGEST] = [20 * Math.min(SLOW, 5), 100 * Math.min(SLOW, 5)];

/**
 * Looks again and again until `look` answers neither undefined nor false. `seconds` is the limit on an ordinary machine; it is generous on
 * purpose, because nothing here is proven by wall time. Throws an Error that says what was waited for and what was seen last.
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  { seconds = 30, seen, signal }: { seconds?: number; seen?: () => unknown; signal?: AbortSignal } = {},
): Promise<Exclude<NonNullable<T>, false>> {
  const deadline = performance.now() + seconds * 1000 * SLOW;
  for (let pause = FIRST; ; pause = Math.min(LONGEST, 1.25 * pause)) {
    signal?.throwIfAborted();
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found as Exclude<NonNullable<T>, false>;
    if (performance.now() > deadline) {
      const last = seen === undefined ? "" : `; seen last: ${JSON.stringify(seen())}`;
      throw new Error(`waited ${seconds * SLOW} s in vain until ${what}${last}`);
    }
    await sleep(pause, undefined, { signal });
  }
}
