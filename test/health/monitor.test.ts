import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { VirtualClock } from "../support/clock.ts";
import { FAIL, PASS, type Probe, watch } from "./watch.ts";

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
  assert.deepEqual(monitor.health, { verdict: "down", streak: 2, last: FAIL, at: 4_000, since: 3_000 });
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
