import type { Clock } from "../core/ports.ts";
import { shortList } from "../core/short-list.ts";
import type { Status } from "../core/status.ts";
import type { Logger } from "./log.ts";
import type { Reconciler } from "./reconciler.ts";

/** A leave tries this long to get its withdrawals through, and as long to tear down. */
const LEAVE_MS = 10_000;
const RETRY_MS = 250;
/** More leftovers than this are told as a number. */
const MAX_TOLD = 5;

export interface Leaving {
  readonly reconciler: Reconciler;
  readonly clock: Clock;
  readonly log: Logger;
  /** One pass; undefined when it broke. */
  readonly pass: () => Promise<Status | undefined>;
  /** From here on the dataplane is not wanted any more. */
  readonly release: () => void;
}

/** Withdraws until it was seen that nothing of ours is announced, holds, tears down; answers true when nothing is left. Says what is left where it is not. */
export async function leaveInOrder({ reconciler, clock, log, pass, release }: Leaving): Promise<boolean> {
  if (!(await withdrawn(clock, pass))) {
    log.error(
      "it is unknown whether our VIPs are still announced, so the dataplane is left in place; `bgp-lb cleanup` removes it",
    );
    return false;
  }
  await clock.sleep(reconciler.tearDownAt - clock.now());
  release();
  const { settled, last } = await tearDown(reconciler, clock, pass);
  if (!settled) log.error(`left in place: ${leftovers(last)}; \`bgp-lb cleanup\` removes what is ours`);
  return settled;
}

/** Passes until nothing is left to do and no hold keeps anything back, or patience ends. What is found on the way may begin the hold anew: a gobgpd that dies, a path that comes back. */
export async function tearDown(
  reconciler: Reconciler,
  clock: Clock,
  pass: Leaving["pass"],
): Promise<{ readonly settled: boolean; readonly last: Status | undefined }> {
  const until = Math.max(clock.now(), reconciler.tearDownAt) + LEAVE_MS;
  for (;;) {
    await clock.sleep(reconciler.tearDownAt - clock.now());
    const last = await pass();
    if (last?.settled === true && clock.now() >= reconciler.tearDownAt) return { settled: true, last };
    if (clock.now() >= until) return { settled: false, last };
    await clock.sleep(RETRY_MS);
  }
}

async function withdrawn(clock: Clock, pass: Leaving["pass"]): Promise<boolean> {
  const until = clock.now() + LEAVE_MS;
  for (;;) {
    const status = await pass();
    if (status?.announcements.every((one) => one.state === "withdrawn") === true) return true;
    if (clock.now() >= until) return false;
    await clock.sleep(RETRY_MS);
  }
}

function leftovers(status: Status | undefined): string {
  if (status === undefined || status.left.length === 0) return "the dataplane, because kernel or gobgpd cannot be read";
  const reasons = [...new Set(status.failing.values())].slice(0, MAX_TOLD);
  const told = `${shortList(status.left, MAX_TOLD)} still to be done`;
  return reasons.length > 0 ? `${told} (${reasons.join("; ")})` : told;
}
