import type { Clock } from "../core/ports.ts";
import type { Beacon } from "./beacon.ts";
import type { Trigger } from "./trigger.ts";

export interface Rest {
  readonly clock: Clock;
  readonly trigger: Trigger;
  readonly beacon: Beacon;
  /** When it ends, on the clock. */
  readonly until: number;
  /** When `prove` is due next, on the clock. */
  readonly proofAt: () => number;
  readonly prove: () => Promise<void>;
}

/** Rests until something calls, or until the time is over; in between it comes by at the beacon, and looks for proofs. */
export async function rest({ clock, trigger, beacon, until, proofAt, prove }: Rest): Promise<void> {
  let called = false;
  do {
    const due = Math.min(until, proofAt());
    called = await trigger.next(Math.max(0, Math.min(due - clock.now(), beacon.rhythm)));
    if (!called && clock.now() >= proofAt()) await prove();
    beacon.beat();
  } while (!called && clock.now() < until);
}
