import assert from "node:assert/strict";
import { test } from "node:test";
import type { Prefix } from "../../src/core/address.ts";
import type { Op } from "../../src/core/op.ts";
import { describe as words } from "../../src/core/op.ts";
import { OWNS_NOTHING } from "../../src/core/ownership.ts";
import { Bench, Gate, HOLD } from "../support/bench.ts";
import { health, intent, ip, service } from "../support/world.ts";

const WANTED = intent([service("web", ["10.88.2.1", "2001:db8:f::1"])]);

/** How many ops it takes to build all of it. */
async function count(): Promise<number> {
  const bench = new Bench(WANTED);
  bench.health = health({ web: "up" });
  return (await bench.pass()).length;
}

test("killed before any op of its first pass, and told to leave in the next life: nothing is left behind", async () => {
  for (let left = await count(); left >= 0; left--) {
    const bench = new Bench(WANTED);
    bench.health = health({ web: "up" });
    const made: string[] = [];
    bench.kernel.before = bench.speaker.before = (op: Op) => {
      if (made.length === left) throw new Error("killed");
      made.push(words(op));
    };
    await bench.reconciler.pass().catch(() => undefined);
    bench.kernel.before = bench.speaker.before = () => undefined;
    // What the next life knows is what was on disk at that moment, and what it does not want any more is all of it.
    bench.intent = intent([], { peers: [{ address: ip("10.88.0.250"), as: 65512, port: 179 }] });
    bench.restart();
    await bench.pass();
    await bench.clock.advance(HOLD);
    await bench.pass();
    const { links, virtualServices } = bench.kernel.state;
    const { paths, peers } = bench.speaker.state;
    const found = [...links.keys(), ...(virtualServices?.keys() ?? []), ...paths.keys()];
    // Between its making and its marking a link carries no sign of ours, and is left where it is.
    const unmarked = made.at(-1) === "add dummy link web";
    assert.deepEqual(found, unmarked ? ["web"] : [], `killed after "${made.at(-1)}"`);
    assert.deepEqual([...peers.keys()], ["10.88.0.250"], `killed after "${made.at(-1)}"`);
  }
});

test("nothing is made before a slow disk has taken what is about to be ours", async () => {
  const bench = new Bench(WANTED);
  bench.health = health({ web: "up" });
  const gate = new Gate();
  bench.saving = gate.wait;
  const pass = bench.pass();
  await gate.came;
  await bench.clock.settle();
  assert.deepEqual([bench.kernel.applied, bench.speaker.asked], [[], []]);
  gate.open();
  await pass;
  assert.equal(bench.speaker.state.paths.size, 2);
});

test("what is neither wanted nor there any more leaves the ledger", async () => {
  const bench = new Bench(WANTED);
  bench.health = health({ web: "up" });
  await bench.pass();
  bench.stage = "gone";
  await bench.pass();
  await bench.clock.advance(HOLD);
  await bench.pass();
  const { links, addresses, virtualServices, realServers, prefixes } = bench.saved;
  const kept = [...links, ...addresses, ...virtualServices, ...realServers, ...prefixes];
  assert.deepEqual(kept, []);
  assert.deepEqual([...bench.saved.peers], ["10.88.0.253"]);
});

test("a path whose service left the config while the ledger was lost is withdrawn when somebody tells that it is ours, and no sooner", async () => {
  const GONE = "2001:db8:f::1/128" as Prefix;
  const bench = new Bench(WANTED);
  bench.health = health({ web: "up" });
  await bench.pass();
  await bench.pass();
  bench.saved = OWNS_NOTHING;
  bench.intent = intent([service("web", ["10.88.2.1"])]);
  bench.restart();
  assert.deepEqual(await bench.pass(), [], "it may be somebody else's");
  await bench.reconciler.recall([GONE]);
  assert.ok(bench.saved.prefixes.has(GONE), "it is in the ledger before anything is done about it");
  assert.deepEqual(await bench.pass(), ["withdraw 2001:db8:f::1/128"]);
  assert.deepEqual([...bench.saved.prefixes], ["10.88.2.1/32"]);
});

// fault: ledger-lost-behind-the-guard
test("the guard has withdrawn just before, and the ledger that would tell it is lost: what left the config is torn down after the hold", async () => {
  const bench = new Bench(WANTED);
  bench.health = health({ web: "up" });
  await bench.pass();
  await bench.pass();
  assert.equal(bench.speaker.state.paths.size, 2);
  bench.speaker.state = { ...bench.speaker.state, paths: new Map() };
  bench.saved = OWNS_NOTHING;
  bench.health = health({});
  bench.restart();
  await bench.pass();
  bench.intent = intent([]);
  await bench.pass();
  assert.deepEqual([...bench.kernel.state.links.keys()], ["web"], "routers may still send");
  await bench.clock.advance(HOLD);
  await bench.pass();
  assert.deepEqual([...bench.kernel.state.links.keys()], []);
});
