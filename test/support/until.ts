import { setTimeout as wait } from "node:timers/promises";

/** Under emulation everything takes longer; the guest says how much. */
const SLOW = Number(process.env["BGP_LB_SLOW"] ?? 1);
/** Milliseconds between the first two looks and, growing, between later ones: a look may be a process, and takes its time from what it waits for. */
const [FIRST, LONGEST] = [20 * Math.min(SLOW, 5), 100 * Math.min(SLOW, 5)];

/** Resolves with the first answer that is neither false nor undefined; rejects, naming `what`, after a time that no healthy machine needs. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  { ms = 30_000 * SLOW, found }: { ms?: number; found?: () => unknown } = {},
): Promise<Exclude<T, false | undefined>> {
  const end = performance.now() + ms;
  for (let pause = FIRST; ; pause = Math.min(LONGEST, 1.25 * pause)) {
    const answer = await look();
    if (answer !== false && answer !== undefined) return answer as Exclude<T, false | undefined>;
    if (performance.now() > end) {
      const seen = found === undefined ? "" : `; found ${JSON.stringify(await found())}`;
      throw new Error(`${what} did not come within ${ms / 1000} s${seen}`);
    }
    await wait(pause);
  }
}
