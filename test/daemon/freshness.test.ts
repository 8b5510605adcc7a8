import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { atItsEnd, staleAfter } from "../../src/core/staleness.ts";
import { systemClock } from "../../src/daemon/clock.ts";
import { Freshness } from "../../src/daemon/freshness.ts";
import { Pulse } from "../../src/daemon/pulse.ts";
import { VirtualClock } from "../support/clock.ts";
import { until } from "../support/until.ts";

const PACE = { interval: 1_000, timeout: 3_000 };

function stage() {
  const clock = new VirtualClock();
  const told: number[] = [];
  const pulse = new Pulse(clock);
  const freshness = new Freshness({ clock, pace: PACE, pulse, onStale: () => told.push(clock.now()) });
  const stop = () => {
    freshness.stop();
    pulse.stop();
  };
  return { clock, freshness, told, stop };
}

test("a verdict is stale after three intervals and a timeout without a result, to the moment, told once; a result makes it fresh", async () => {
  assert.equal(staleAfter(PACE), 7_000);
  const { clock, freshness, told, stop } = stage();
  await clock.advance(6_000);
  freshness.renew();
  await clock.advance(6_999);
  assert.equal(freshness.stale, false);
  await clock.advance(1);
  assert.deepEqual([freshness.stale, told], [true, [13_000]]);
  await clock.advance(60_000);
  assert.deepEqual(told, [13_000]);
  freshness.renew();
  assert.equal(freshness.stale, false);
  await clock.advance(7_000);
  assert.equal(told.length, 2);
  stop();
  await clock.settle();
  assert.equal(clock.sleeping, 0);
});

test("a monitor that works never lets it come to that, however often it tells", async () => {
  const { clock, freshness, told } = stage();
  for (let times = 0; times < 200; times++) {
    await clock.advance(1_000);
    freshness.renew();
  }
  assert.deepEqual(told, []);
  assert.equal(clock.sleeping, 2, "one timer, not one for each result, and the pulse");
  freshness.stop();
});

// fault: suspend
test("after a suspend or a stall the monitors have one probe round before a verdict is stale; a result in it is in time", async () => {
  const { clock, freshness, told } = stage();
  clock.stall(3_600_000);
  await clock.advance(0);
  assert.deepEqual(told, [], "not before anybody could probe");
  await clock.advance(4_999);
  freshness.renew();
  await clock.advance(2_000);
  assert.deepEqual(told, []);
  clock.stall(3_600_000);
  await clock.advance(0);
  await clock.advance(5_000);
  assert.equal(told.length, 1, "a monitor that tells nothing even then");
});

test("it does not matter when in the time of a verdict the process stood still, nor whose timer is served first", async () => {
  for (let before = 0; before <= 6_900; before += 100)
    for (let length = 1_100; length <= 8_000; length += 300) {
      const { clock, told, stop } = stage();
      await clock.advance(before);
      clock.stall(length);
      await clock.advance(0);
      await clock.advance(3_900);
      assert.deepEqual(
        told,
        [],
        `${length} ms after ${before} ms: a probe round, and the verdict is stale before its end`,
      );
      await clock.advance(7_000);
      assert.equal(told.length, 1);
      stop();
    }
});

test("who stands still again and again is spared once, not for ever", async () => {
  const { clock, told } = stage();
  for (let times = 0; times < 3; times++) {
    clock.stall(60_000);
    await clock.advance(0);
  }
  assert.equal(told.length, 1);
  const found = { renewedAt: 0, now: 7_000, wokeAt: 6_500, spared: false };
  assert.deepEqual(atItsEnd(PACE, found), { extendedTo: 11_500 });
  assert.equal(atItsEnd(PACE, { ...found, spared: true }), "stale");
  assert.equal(atItsEnd(PACE, { ...found, renewedAt: 6_500 }), "stale", "there was a result since");
  assert.equal(atItsEnd(PACE, { ...found, wokeAt: 1_000 }), "stale", "the round after it is over");
});

// fault: clock-step
test("a step of the wall clock, by ten years and back, makes nothing stale and keeps nothing fresh", async (t) => {
  mock.timers.enable({ apis: ["Date"], now: 0 });
  t.after(() => mock.timers.reset());
  let told = 0;
  const pulse = { wokeAt: Number.NEGATIVE_INFINITY };
  const pace = { interval: 10, timeout: 10 };
  const freshness = new Freshness({ clock: systemClock, pace, pulse, onStale: () => told++ });
  const began = performance.now();
  mock.timers.setTime(315_360_000_000);
  await systemClock.sleep(20);
  assert.equal(told, 0);
  mock.timers.setTime(0);
  await until("its time", () => told === 1);
  assert.ok(performance.now() - began >= 1_040);
  freshness.stop();
});
