import assert from "node:assert/strict";
import { test } from "node:test";
import { Trigger } from "../../src/daemon/trigger.ts";
import { VirtualClock } from "../support/clock.ts";

async function woken(clock: VirtualClock, next: Promise<boolean>): Promise<boolean> {
  let done = false;
  void next.then(() => {
    done = true;
  });
  await clock.settle();
  return done;
}

// fault: trigger-in-a-pass
test("any number of requests during a pass mean one more", async () => {
  const clock = new VirtualClock();
  const trigger = new Trigger(clock);
  for (let n = 0; n < 5; n++) trigger.request();
  assert.equal(await woken(clock, trigger.next(10_000)), true);
  assert.equal(await woken(clock, trigger.next(10_000)), false);
});

test("a request wakes at once; without one the time does", async () => {
  const clock = new VirtualClock();
  const trigger = new Trigger(clock);
  const asked = trigger.next(10_000);
  assert.equal(await woken(clock, asked), false);
  trigger.request();
  assert.equal(await woken(clock, asked), true);
  assert.equal(await asked, true, "a request was it");
  const timed = trigger.next(10_000);
  await clock.advance(9_999);
  assert.equal(await woken(clock, timed), false);
  await clock.advance(1);
  assert.equal(await woken(clock, timed), true);
  assert.equal(await timed, false, "time was it");
  assert.equal(clock.sleeping, 0);
});
