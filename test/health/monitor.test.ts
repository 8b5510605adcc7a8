import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ProbeResult } from "../../src/core/ports.ts";
import { Monitor, type MonitorOptions } from "../../src/health/monitor.ts";
import { VirtualClock } from "../support/clock.ts";

type Probe = (signal: AbortSignal) => Promise<ProbeResult>;

const PASS: ProbeResult = { ok: true };
const FAIL: ProbeResult = { ok: false, reason: "status 503" };
const never: Probe = () => new Promise(() => {});
/** Obeys its signal, as the kinds do. */
const hang: Probe = (signal) =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve({ ok: false, reason: "no status came" })));

/** A monitor on a virtual clock, and a line for everything that it did. */
function watch(probe: Probe, options: Partial<MonitorOptions> = {}) {
  const clock = (options.clock as VirtualClock | undefined) ?? new VirtualClock();
  const lines: string[] = [];
  const starts: number[] = [];
  const monitor = new Monitor({
    name: "http",
    check: {
      probe: (signal) => {
        starts.push(clock.now());
        return probe(signal);
      },
    },
    interval: 1000,
    timeout: 3000,
    thresholds: { rise: 3, fall: 3 },
    random: () => 0,
    onResult: (health, result, duration) =>
      lines.push(
        `${clock.now()}: ${health.verdict} ${health.streak} ${result.ok ? "ok" : result.reason} (${duration})`,
      ),
    ...options,
    clock,
  });
  return { clock, monitor, lines, starts };
}

test("probes at every interval, and tells the health after each", async () => {
  const { clock, monitor, lines } = watch(async () => PASS);
  monitor.start();
  await clock.advance(3000);
  await monitor.stop();
  assert.deepEqual(lines, ["0: unknown 1 ok (0)", "1000: unknown 2 ok (0)", "2000: up 3 ok (0)", "3000: up 4 ok (0)"]);
  assert.equal(monitor.health.verdict, "up");
});

test("a check that was up is down after fall failures, with the reason", async () => {
  const results = [PASS, FAIL, PASS, FAIL, FAIL];
  const { clock, monitor, lines } = watch(async () => results.shift() ?? FAIL, { thresholds: { rise: 1, fall: 2 } });
  monitor.start();
  await clock.advance(4000);
  await monitor.stop();
  assert.deepEqual(
    lines.map((line) => line.split(" ")[1]),
    ["up", "up", "up", "up", "down"],
  );
  assert.deepEqual(monitor.health, { verdict: "down", streak: 2, last: FAIL });
});

test("the first probe comes within a tenth of the interval and 100 ms, the later ones lie spread over half of it", async () => {
  for (const [random, expected] of [
    [0, [0, 1000, 2000]],
    [0.5, [50, 800, 1800]],
    [0.999, [99.9, 600.4, 1600.4]],
  ] as const) {
    const { clock, monitor, starts } = watch(async () => PASS, { random: () => random });
    monitor.start();
    await clock.advance(2100);
    await monitor.stop();
    assert.deepEqual(
      starts.map((start) => Math.round(start * 10) / 10),
      expected,
    );
  }
});

test("the time that probes take does not add up", async () => {
  const clock = new VirtualClock();
  const probe = async () => {
    await clock.sleep(400);
    return PASS;
  };
  const { monitor, starts, lines } = watch(probe, { clock });
  monitor.start();
  await clock.advance(3400);
  await monitor.stop();
  assert.deepEqual(starts, [0, 1000, 2000, 3000]);
  assert.equal(lines.at(0), "400: unknown 1 ok (400)");
});

test("a probe that is longer than the interval is followed by the next at once, and the grid stays", async () => {
  const clock = new VirtualClock();
  const lengths = [2300, 0, 0];
  const probe = async () => {
    await clock.sleep(lengths.shift() ?? 0);
    return PASS;
  };
  const { monitor, starts } = watch(probe, { clock });
  monitor.start();
  await clock.advance(4000);
  await monitor.stop();
  assert.deepEqual(starts, [0, 2300, 3000, 4000]);
});

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

test("whatever probes do, at most one runs, results come in order, and no gap is longer than timeout, grace and interval", async () => {
  const behaviour = fc.record({ takes: fc.integer({ min: 0, max: 6000 }), ok: fc.boolean(), obeys: fc.boolean() });
  const timing = fc.record({
    interval: fc.integer({ min: 10, max: 3000 }),
    timeout: fc.integer({ min: 10, max: 3000 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(behaviour, { minLength: 1, maxLength: 8 }),
      timing,
      async (behaviours, { interval, timeout }) => {
        const clock = new VirtualClock();
        const told: number[] = [];
        let running = 0;
        let most = 0;
        const script = [...behaviours];
        const probe: Probe = async (signal) => {
          const { takes, ok, obeys } = script.shift() ?? { takes: 0, ok: true, obeys: true };
          most = Math.max(most, ++running);
          await clock.sleep(takes, obeys ? signal : undefined);
          running--;
          return ok ? PASS : FAIL;
        };
        const { monitor } = watch(probe, { clock, interval, timeout, onResult: () => told.push(clock.now()) });
        monitor.start();
        await clock.advance(2000);
        const stopping = monitor.stop();
        await clock.advance(100);
        await stopping;
        assert.ok(most <= 1);
        for (const [n, time] of told.entries()) assert.ok(time - (told[n - 1] ?? 0) <= timeout + 100 + interval);
      },
    ),
    { numRuns: 30 },
  );
});
