import assert from "node:assert/strict";
import { test } from "node:test";
import { describe as words } from "../../src/core/op.ts";
import { Bench, Gate, HOLD } from "../support/bench.ts";
import { EMPTY_KERNEL, health, intent, service } from "../support/world.ts";

const UP = health({ web: "up", dns: "up" });
const DOWN = health({ web: "down", dns: "up" });

/** What stands and is announced. */
async function announced(names: Readonly<Record<string, string>> = { web: "10.88.2.1" }): Promise<Bench> {
  const bench = new Bench(intent(Object.entries(names).map(([name, vip]) => service(name, [vip]))));
  bench.health = UP;
  await bench.pass();
  assert.equal(bench.speaker.state.paths.size, Object.keys(names).length);
  return bench;
}

const withdrawals = (bench: Bench) => bench.speaker.asked.filter((op) => op.kind === "path.withdraw").map(words);

/** What gobgpd holds while somebody stands before the gate. */
async function meanwhile(bench: Bench, gate: Gate): Promise<string[]> {
  await gate.came;
  await bench.clock.settle();
  return [...bench.speaker.state.paths.keys()];
}

test("a pass withdraws what it knows of before it waits for a slow kernel", async () => {
  const bench = await announced();
  const gate = new Gate();
  bench.kernel.observing = gate.wait;
  bench.health = DOWN;
  const pass = bench.reconciler.pass();
  assert.deepEqual(await meanwhile(bench, gate), []);
  gate.open();
  await pass;
});

test("a new process withdraws what it finds in gobgpd before it has seen a slow kernel", async () => {
  const bench = await announced();
  bench.health = DOWN;
  bench.restart();
  const gate = new Gate();
  bench.kernel.observing = gate.wait;
  const pass = bench.reconciler.pass();
  assert.deepEqual(await meanwhile(bench, gate), []);
  gate.open();
  await pass;
});

test("a gobgpd that came back is greeted with the withdrawals it needs, and the kernel is not asked", async () => {
  const bench = await announced();
  bench.health = DOWN;
  bench.restart();
  bench.kernel.observing = () => assert.fail("looked at the kernel");
  await bench.reconciler.greet();
  assert.deepEqual([...bench.speaker.state.paths.keys()], []);
});

test("a service that dies while the kernel is worked on for another is not announced by the plan of before", async () => {
  const bench = await announced({ web: "10.88.2.1", dns: "10.88.2.2" });
  // web's path is gone, dns' link too: one plan builds dns and then announces web, which stood all the time.
  bench.speaker.state = { ...bench.speaker.state, paths: new Map() };
  const links = new Map([...bench.kernel.state.links].filter(([name]) => name === "web"));
  bench.kernel.state = { ...bench.kernel.state, links };
  const gate = new Gate();
  bench.kernel.applying = gate.wait;
  const pass = bench.pass();
  assert.deepEqual(await meanwhile(bench, gate), []);
  bench.health = DOWN;
  bench.kernel.applying = () => Promise.resolve();
  gate.open();
  const done = await pass;
  assert.ok(!done.some((line) => line.startsWith("announce 10.88.2.1/32")), done.join("; "));
  assert.ok(
    done.some((line) => line.startsWith("announce 10.88.2.2/32")),
    done.join("; "),
  );
});

// fault: gobgpd-slow
test("a service that dies while gobgpd is slow to take its path: the withdrawal is queued right behind it", async () => {
  const bench = new Bench(intent([service("web", ["10.88.2.1"])]));
  bench.health = UP;
  const gate = new Gate();
  bench.speaker.handed = (ops) => {
    if (ops.some((op) => op.kind === "path.announce")) bench.speaker.applying = gate.wait;
  };
  const pass = bench.reconciler.pass();
  assert.deepEqual(await meanwhile(bench, gate), []);
  bench.health = DOWN;
  const dying = bench.reconciler.withdraw();
  await bench.clock.settle();
  assert.deepEqual(withdrawals(bench), ["withdraw 10.88.2.1/32"]);
  gate.open();
  await Promise.all([pass, dying]);
  assert.equal(bench.speaker.state.paths.size, 0);
});

test("what was withdrawn is not withdrawn again, by a second call or by the next pass", async () => {
  const bench = await announced();
  bench.health = DOWN;
  await bench.reconciler.withdraw();
  await bench.reconciler.withdraw();
  await bench.pass();
  assert.deepEqual(withdrawals(bench), ["withdraw 10.88.2.1/32"]);
});

test("a withdrawal that was refused is tried again after its pause and not before, without another look", async () => {
  const bench = await announced();
  bench.health = DOWN;
  bench.speaker.refuse = () => "no";
  await bench.reconciler.withdraw();
  await bench.reconciler.withdraw();
  assert.equal(withdrawals(bench).length, 1);
  bench.speaker.refuse = () => undefined;
  await bench.clock.advance(1_000);
  await bench.reconciler.withdraw();
  assert.equal(bench.speaker.state.paths.size, 0);
});

test("calls that come while a withdrawal is on its way wait for it, are one, and find nothing left to do", async () => {
  const bench = await announced();
  const gate = new Gate();
  bench.speaker.applying = gate.wait;
  bench.health = DOWN;
  const first = bench.reconciler.withdraw();
  await gate.came;
  const second = bench.reconciler.withdraw();
  assert.notEqual(second, first, "the first may have looked at health before it changed");
  assert.equal(bench.reconciler.withdraw(), second);
  await bench.clock.settle();
  assert.equal(withdrawals(bench).length, 1);
  gate.open();
  await Promise.all([first, second]);
  assert.equal(withdrawals(bench).length, 1);
});

test("the hold begins when a slow gobgpd has answered, and has begun while it has not", async () => {
  const bench = await announced();
  // A pass that began to look before the withdrawal, and sees a table without the path before the answer is there.
  const [looks, answer] = [new Gate(), new Gate()];
  bench.kernel.observing = bench.speaker.observing = looks.wait;
  const pass = bench.pass();
  await looks.came;
  await bench.clock.advance(60_000);
  bench.stage = "gone";
  bench.speaker.answering = answer.wait;
  const withdrawal = bench.reconciler.withdraw();
  assert.deepEqual(await meanwhile(bench, answer), []);
  bench.clock.stall(HOLD / 2);
  looks.open();
  assert.deepEqual(await pass, ["withdraw 10.88.2.1/32"]);
  answer.open();
  await withdrawal;
  assert.equal(bench.reconciler.tearDownAt, bench.clock.now() + HOLD);
  assert.equal(bench.reconciler.wakeAt, bench.reconciler.tearDownAt);
  await bench.clock.advance(HOLD);
  assert.equal(bench.reconciler.wakeAt, Number.POSITIVE_INFINITY);
  assert.ok((await bench.pass()).includes("delete link web"));
});

// fault: repair-fails
test("a repair that is answered and not to be seen is no repair: the VIP is withdrawn in the same pass", async () => {
  const bench = await announced();
  bench.kernel.state = EMPTY_KERNEL;
  bench.kernel.apply = async (ops) => ops.map((op) => ({ op, ok: true }));
  assert.deepEqual(await bench.pass(), ["withdraw 10.88.2.1/32"]);
});

test("what failed and is not wanted any more is not shown, wakes nobody, and is tried at once when it is wanted again", async () => {
  const bench = new Bench(intent([service("web", ["10.88.2.1"])]));
  bench.health = UP;
  bench.speaker.refuse = (op) => (op.kind === "path.announce" ? "no" : undefined);
  assert.equal((await bench.status()).failing.size, 1);
  await bench.clock.advance(HOLD);
  bench.health = DOWN;
  assert.equal((await bench.status()).failing.size, 0);
  assert.equal(bench.reconciler.wakeAt, Number.POSITIVE_INFINITY);
  bench.speaker.refuse = () => undefined;
  bench.health = UP;
  await bench.pass();
  assert.equal(bench.speaker.state.paths.size, 1);
});

test("an older look of greet() does not blot out an announcement made since", async () => {
  const bench = new Bench(intent([service("web", ["10.88.2.1"])]));
  bench.health = UP;
  const observe = bench.speaker.observe.bind(bench.speaker);
  const late = new Gate();
  bench.speaker.observe = async () => {
    const state = await observe();
    await late.wait();
    return state;
  };
  const greeting = bench.reconciler.greet();
  await late.came;
  bench.speaker.observe = observe;
  await bench.pass();
  late.open();
  await greeting;
  bench.health = DOWN;
  await bench.reconciler.withdraw();
  assert.equal(bench.speaker.state.paths.size, 0);
});
