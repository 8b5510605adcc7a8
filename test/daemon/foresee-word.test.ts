import assert from "node:assert/strict";
import { test } from "node:test";
import { foreseeWord } from "../../src/daemon/foresee-word.ts";
import type { Act } from "../../src/page/act.ts";
import { Bench } from "../support/bench.ts";
import { health, intent, service } from "../support/world.ts";

/** Two services on one VIP, as far as `over` leaves them so. */
async function stage(over: Parameters<typeof intent>[1] = {}) {
  const [web, api] = ["web", "api"].map((name) => service(name, ["10.88.2.1"], { link: "web" }));
  assert.ok(web !== undefined && api !== undefined);
  const bench = new Bench(intent([web, { ...api, virtualServices: [] }], over));
  bench.health = health({ web: "up", api: "up" });
  await bench.pass();
  await bench.pass();
  const ask = (act: Act) => {
    const running = () => ({ watch: { health: bench.health }, reconciler: bench.reconciler });
    const options = { clock: bench.clock, intent: () => bench.intent, running, overrides: () => bench.overrides };
    const found = foreseeWord(act, "web", options);
    return found && [...found.vips.map(({ effect }) => effect), ...found.held.map(({ reason }) => reason)];
  };
  return { bench, ask };
}

test("a word is foreseen as it will be done: what routers would hear, and nothing is done", async () => {
  const { bench, ask } = await stage();
  const before = bench.done.length;
  assert.deepEqual(ask("drain"), ["re-announce"]);
  assert.deepEqual(ask("force-down")?.[0], "withdraw");
  assert.deepEqual(ask("force-up"), []);
  assert.deepEqual(ask("undrain"), []);
  assert.equal(bench.done.length, before);
});

test("of services that share a prefix one may keep what is said of the other from being heard", async () => {
  const any = await stage({ sharedPrefix: "any" });
  assert.deepEqual([any.ask("drain"), any.ask("force-down")], [[], []]);
  const { bench, ask } = await stage();
  bench.health = health({ web: "down", api: "down" });
  await bench.pass();
  assert.deepEqual(ask("force-up"), ["api is down: a test says so"]);
  bench.health = health({ web: "down", api: "up" });
  assert.deepEqual(ask("force-up"), ["announce"]);
});

test("while gobgpd cannot be read nothing is foreseen", async () => {
  const { bench, ask } = await stage();
  bench.speaker.reach = "silent";
  await bench.pass();
  assert.equal(ask("drain"), undefined);
});
