import assert from "node:assert/strict";
import { test } from "node:test";
import { Gauge, Registry } from "prom-client";
import { Exposition } from "../../src/admin/exposition.ts";
import { VirtualClock } from "../support/clock.ts";

/** An exposition whose rendering takes `cost` of the clock's milliseconds. */
function stage(cost: number) {
  const clock = new VirtualClock();
  const registry = new Registry();
  let rendered = 0;
  new Gauge({
    name: "count",
    help: "Renderings.",
    registers: [registry],
    async collect() {
      await clock.sleep(cost);
      this.set(++rendered);
    },
  });
  const exposition = new Exposition(registry, clock, () => Promise.resolve());
  const ask = async () => /^count \d+$/m.exec(String(await exposition.text(false)))?.[0];
  return { clock, ask };
}

test("who asks while it is made gets the same; it serves for ten times as long as it took", async () => {
  const { clock, ask } = stage(20);
  const together = [ask(), ask(), ask()];
  await clock.advance(20);
  assert.deepEqual(await Promise.all(together), ["count 1", "count 1", "count 1"]);
  await clock.advance(199);
  assert.equal(await ask(), "count 1");
  await clock.advance(1);
  const next = ask();
  await clock.advance(20);
  assert.equal(await next, "count 2");
});

// fault: metrics-made-in-a-stall
test("what took long to make, because the process stood still meanwhile, serves for five seconds at the most", async () => {
  const { clock, ask } = stage(60_000);
  const first = ask();
  await clock.advance(60_000);
  assert.equal(await first, "count 1");
  await clock.advance(4_999);
  assert.equal(await ask(), "count 1");
  await clock.advance(1);
  const next = ask();
  await clock.advance(60_000);
  assert.equal(await next, "count 2");
});

test("a rendering that fails is tried again by the next who asks", async () => {
  const registry = new Registry();
  let fail = true;
  new Gauge({
    name: "a",
    help: "One.",
    registers: [registry],
    collect() {
      if (fail) throw new Error("no");
      this.set(1);
    },
  });
  const exposition = new Exposition(registry, new VirtualClock(), () => Promise.resolve());
  await assert.rejects(exposition.text(false), /no/);
  fail = false;
  assert.match(String(await exposition.text(false)), /^a 1$/m);
});
