import type { Clock } from "../core/ports.ts";
import type { Beacon } from "./beacon.ts";
import type { Trigger } from "./trigger.ts";

export interface Resting {
  readonly clock: Clock;
  readonly trigger: Trigger;
  readonly beacon: Beacon;
}

/** Rests until something calls or that time of the clock has come, and comes by at the beacon in between. */
export async function restUntil(until: number, { clock, trigger, beacon }: Resting): Promise<void> {
  let called = false;
  do {
    called = await trigger.next(Math.min(until - clock.now(), beacon.rhythm));
    beacon.beat();
  } while (!called && clock.now() < until);
}
