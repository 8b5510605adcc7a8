import assert from "node:assert/strict";
import { test } from "node:test";
import { Bench, Gate } from "../support/bench.ts";
import { EMPTY_KERNEL, EMPTY_SPEAKER, health, intent, service } from "../support/world.ts";

const PATH = "10.88.2.1/32";

/** What stands and is announced. */
async function announced(): Promise<Bench> {
  const bench = new Bench(intent([service("web", ["10.88.2.1"])]));
  bench.health = health({ web: "up" });
  await bench.pass();
  await bench.pass();
  assert.deepEqual([...bench.speaker.state.paths.keys()], [PATH]);
  return bench;
}

const warnings = (bench: Bench) => bench.log.lines.filter((line) => line.startsWith("warn"));

test("what somebody took is put back in the same pass, told in one line, counted by kind, and no router hears of it", async () => {
  const bench = await announced();
  assert.deepEqual([bench.repairs, warnings(bench)], [[], []], "building for the first time is no repair");
  bench.kernel.state = EMPTY_KERNEL;
  assert.ok(!(await bench.pass()).some((line) => line.startsWith("withdraw")));
  assert.deepEqual(bench.repairs, ["link", "address", "virtual_service", "real_server"]);
  assert.deepEqual(warnings(bench), [
    "warn put back: link web was absent; 10.88.2.1/32 was not bound to web; virtual service tcp 10.88.2.1:80 was absent; real server 10.88.0.200:8080 of tcp 10.88.2.1:80 was absent",
  ]);
  assert.deepEqual(await bench.pass(), []);
  assert.equal(warnings(bench).length, 1);
});

// fault: weight-edited
test("an edited weight and a link that was set down are repairs; a weight that the config changes is none", async () => {
  const bench = await announced();
  const { links, virtualServices } = bench.kernel.state;
  const found = [...(virtualServices ?? [])].map(
    ([key, one]) =>
      [key, { ...one, realServers: one.realServers.map((server) => ({ ...server, weight: 7 })) }] as const,
  );
  bench.kernel.state = {
    links: new Map([...links].map(([name, link]) => [name, { ...link, up: false }])),
    virtualServices: new Map(found),
  };
  await bench.pass();
  assert.deepEqual(warnings(bench), [
    "warn put back: link web was down; real server 10.88.0.200:8080 of tcp 10.88.2.1:80 was changed",
  ]);
  const [web] = bench.intent.services;
  const services = (web?.virtualServices ?? []).map((one) => ({
    ...one,
    realServers: one.realServers.map((server) => ({ ...server, weight: 9 })),
  }));
  bench.intent = { ...bench.intent, services: [{ ...service("web", ["10.88.2.1"]), virtualServices: services }] };
  assert.equal((await bench.pass()).length, 1);
  assert.equal(bench.repairs.length, 2);
});

// fault: path-deleted-by-others
test("a path that somebody deleted, and a gobgpd that came back empty, are repairs; what we withdrew ourselves is none", async () => {
  const bench = await announced();
  bench.speaker.state = { ...bench.speaker.state, paths: new Map() };
  await bench.pass();
  assert.deepEqual(bench.repairs, ["path"]);
  bench.speaker.state = EMPTY_SPEAKER;
  await bench.pass();
  assert.deepEqual(bench.repairs, ["path", "path", "peer"]);
  bench.health = health({ web: "down" });
  await bench.pass();
  bench.health = health({ web: "up" });
  await bench.pass();
  bench.kernel.refuse = (op) => (op.kind === "link.add" ? "refused" : undefined);
  bench.kernel.state = EMPTY_KERNEL;
  await bench.pass();
  assert.equal(bench.speaker.state.paths.size, 0);
  bench.kernel.refuse = () => undefined;
  await bench.clock.advance(5_000);
  await bench.pass();
  assert.equal(bench.speaker.state.paths.size, 1);
  assert.equal(bench.repairs.filter((kind) => kind === "path").length, 2);
});

// fault: repair-too-slow
test("a repair that takes longer than the grace: the VIP is withdrawn while it is still at work, and announced again when it was seen to be done", async () => {
  const bench = await announced();
  const gate = new Gate();
  bench.kernel.state = EMPTY_KERNEL;
  bench.kernel.applying = gate.wait;
  const pass = bench.reconciler.pass();
  await gate.came;
  await bench.clock.advance(999);
  assert.equal(bench.speaker.state.paths.size, 1, "the repair is at hand");
  await bench.clock.advance(1);
  assert.equal(bench.speaker.state.paths.size, 0);
  gate.open();
  await pass;
  assert.equal(bench.speaker.state.paths.size, 1);
});

test("one whose repair is done within the grace is not withdrawn when that would have ended", async () => {
  const bench = await announced();
  bench.kernel.state = EMPTY_KERNEL;
  await bench.pass();
  await bench.clock.advance(10_000);
  assert.ok(!bench.done.some((line) => line.startsWith("withdraw")));
  assert.equal(bench.clock.sleeping, 0);
});

// fault: kernel-unreadable
test("a kernel that cannot be read for 30 s: withdrawn without another pass, and announced again when it was seen", async () => {
  const bench = await announced();
  bench.kernel.blind = true;
  await bench.pass();
  await bench.clock.advance(29_999);
  await bench.pass();
  assert.equal(bench.speaker.state.paths.size, 1);
  await bench.clock.advance(1);
  assert.equal(bench.speaker.state.paths.size, 0);
  assert.ok(bench.log.lines.at(-1)?.includes("its dataplane is not complete, or cannot be read"));
  await bench.pass();
  assert.equal(bench.speaker.state.paths.size, 0);
  bench.kernel.blind = false;
  await bench.pass();
  assert.equal(bench.speaker.state.paths.size, 1);
});

test("a short blindness is forgotten: each one has the whole time", async () => {
  const bench = await announced();
  for (let times = 0; times < 3; times++) {
    bench.kernel.blind = true;
    await bench.pass();
    await bench.clock.advance(20_000);
    bench.kernel.blind = false;
    await bench.pass();
  }
  assert.ok(!bench.done.some((line) => line.startsWith("withdraw")));
});
