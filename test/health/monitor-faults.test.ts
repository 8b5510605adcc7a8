import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProbeResult } from "../../src/core/ports.ts";
import { VirtualClock } from "../support/clock.ts";
import { hang, never, PASS, type Probe, watch } from "./watch.ts";

test("a hung probe fails at its timeout and says how far it came; the next one starts at once", async () => {
  const { clock, monitor, lines, starts } = watch(hang);
  monitor.start();
  await clock.advance(9000);
  await monitor.stop();
  assert.deepEqual(lines, [
    "3000: unknown 1 no answer within 3 s: no status came (3000)",
    "6000: unknown 2 no answer within 3 s: no status came (3000)",
    "9000: down 3 no answer within 3 s: no status came (3000)",
  ]);
  assert.deepEqual(starts, [0, 3000, 6000, 9000]);
});

// fault: probe-ignores-its-end
test("a probe that ignores its signal fails all the same, gets no second beside it, and its late result is dropped", async () => {
  const { promise, resolve } = Promise.withResolvers<ProbeResult>();
  const probes = [() => promise, async () => PASS];
  const { clock, monitor, lines, starts } = watch((signal) => (probes.shift() ?? hang)(signal), {
    timeout: 500,
    thresholds: { rise: 1, fall: 1 },
  });
  monitor.start();
  await clock.advance(2500);
  assert.deepEqual(starts, [0]);
  resolve(PASS);
  await clock.advance(500);
  await monitor.stop();
  const stuck = "the probe before this one was told to end and has not; no new one is started beside it";
  assert.deepEqual(lines, [
    "600: down 1 no answer within 500 ms (600)",
    `1000: down 2 ${stuck} (0)`,
    `2000: down 3 ${stuck} (0)`,
    "3000: up 1 ok (0)",
  ]);
  assert.deepEqual(starts, [0, 3000]);
});

test("a pass that comes when the probe was told to end is late", async () => {
  const late: Probe = (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(PASS)));
  const { clock, monitor, lines } = watch(late);
  monitor.start();
  await clock.advance(3000);
  await monitor.stop();
  assert.deepEqual(lines, ["3000: unknown 1 no answer within 3 s (3000)"]);
});

test("a process that stood still reads the answer that came meanwhile before it calls the probe late", async () => {
  const { promise, resolve } = Promise.withResolvers<ProbeResult>();
  const probes = [() => promise, hang];
  const { clock, monitor, lines } = watch((signal) => (probes.shift() ?? hang)(signal), { interval: 10_000 });
  monitor.start();
  await clock.advance(0);
  clock.stall(60_000);
  await clock.advance(0);
  resolve(PASS);
  await clock.settle();
  assert.deepEqual(lines, ["60000: unknown 1 ok (60000)"]);
  await clock.advance(0);
  clock.stall(60_000);
  await clock.advance(100);
  await monitor.stop();
  assert.equal(lines[1], "120100: unknown 1 no answer within 3 s: no status came (60100)");
});

// fault: one-check-hangs
test("a hung check delays no other", async () => {
  const clock = new VirtualClock();
  const hung = watch(never, { clock });
  const well = watch(async () => PASS, { clock });
  hung.monitor.start();
  well.monitor.start();
  await clock.advance(5000);
  assert.deepEqual(well.starts, [0, 1000, 2000, 3000, 4000, 5000]);
  assert.deepEqual(hung.starts, [0]);
  await Promise.all([well.monitor.stop(), hung.monitor.stop()]);
});

test("a probe that throws or rejects is a failing result, and the loop goes on", async () => {
  const probes: Probe[] = [
    () => {
      throw new Error("thrown\nat once");
    },
    () => Promise.reject("no error object"),
    async () => PASS,
  ];
  const { clock, monitor, lines } = watch((signal) => (probes.shift() ?? hang)(signal));
  monitor.start();
  await clock.advance(2000);
  await monitor.stop();
  assert.deepEqual(lines, [
    "0: unknown 1 the probe broke: thrown at once (0)",
    "1000: unknown 2 the probe broke: no error object (0)",
    "2000: unknown 1 ok (0)",
  ]);
});

test("stop ends the probe in flight, drops its result and leaves no timer", async () => {
  const { clock, monitor, lines } = watch(hang);
  monitor.start();
  await clock.advance(1500);
  await monitor.stop();
  assert.deepEqual([lines, clock.sleeping], [[], 0]);
  await clock.advance(10_000);
  assert.deepEqual(lines, []);
});

test("stop between two probes, twice, and before the first", async () => {
  const between = watch(async () => PASS);
  between.monitor.start();
  await between.clock.advance(1500);
  await Promise.all([between.monitor.stop(), between.monitor.stop()]);
  assert.deepEqual([between.starts, between.clock.sleeping], [[0, 1000], 0]);

  const early = watch(async () => PASS, { random: () => 0.9 });
  early.monitor.start();
  await early.monitor.stop();
  assert.deepEqual([early.starts, early.clock.sleeping], [[], 0]);

  const unstarted = watch(async () => PASS);
  await unstarted.monitor.stop();
  assert.throws(() => unstarted.monitor.start(), /started already or stopped/);
});

test("stop waits 100 ms at most for a probe that does not end", async () => {
  const { clock, monitor } = watch(never);
  monitor.start();
  await clock.advance(500);
  let stopped = false;
  const stopping = monitor.stop().then(() => {
    stopped = true;
  });
  await clock.advance(99);
  assert.equal(stopped, false);
  await clock.advance(1);
  assert.equal(stopped, true);
  await stopping;
});
