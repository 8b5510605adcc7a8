import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address } from "../../src/core/address.ts";
import type { Intent, RealServerHealth, ServiceHealth } from "../../src/core/desired.ts";
import type { Verdict } from "../../src/core/health.ts";
import { OWNS_NOTHING } from "../../src/core/ownership.ts";
import type { RealServer } from "../../src/core/service.ts";
import { Bench } from "../support/bench.ts";
import { intent, ip, service } from "../support/world.ts";

const [A, B, C] = [ip("10.77.0.1"), ip("10.77.0.2"), ip("10.77.0.3")];

function pool(verdict: Verdict, servers: Readonly<Record<Address, Verdict>>): ReadonlyMap<string, ServiceHealth> {
  const each = Object.entries(servers).map(([address, one]): RealServerHealth => {
    return { address: address as Address, verdict: one, reason: "a test says so" };
  });
  const realServers = new Map(each.map((one) => [one.address, one]));
  return new Map([["web", { verdict, reason: "a test says so", realServers }]]);
}

/** A service on these real servers. */
function on(...addresses: readonly Address[]): Intent {
  const plain = service("web", ["10.88.2.1"]);
  const realServers = addresses.map((address): RealServer => {
    return { address, port: 8080, weight: 1, forwarding: "masquerade" };
  });
  const virtualServices = plain.virtualServices.map((one) => ({ ...one, realServers }));
  return intent([{ ...plain, virtualServices }]);
}

/** A service on two real servers, both up. */
async function announced(): Promise<Bench> {
  const bench = new Bench(on(A, B));
  bench.health = pool("up", { [A]: "up", [B]: "up" });
  await bench.pass();
  await bench.pass();
  assert.deepEqual(bench.done.filter((line) => line.startsWith("add real server")).length, 2);
  assert.equal(bench.speaker.state.paths.size, 1);
  return bench;
}

const serving = (bench: Bench) =>
  [...(bench.kernel.state.virtualServices?.values() ?? [])].flatMap((one) =>
    one.realServers.filter(({ weight }) => weight > 0).map(({ address }) => address),
  );

// fault: real-server-down
test("a real server that is down leaves IPVS, and comes back: routers hear nothing, and neither is a repair", async () => {
  const bench = await announced();
  bench.health = pool("up", { [A]: "up", [B]: "down" });
  const left = await bench.pass();
  assert.deepEqual(serving(bench), [A]);
  bench.health = pool("up", { [A]: "up", [B]: "up" });
  const back = await bench.pass();
  assert.deepEqual(serving(bench).toSorted(), [A, B]);
  assert.ok(![...left, ...back].some((line) => /announce|withdraw/.test(line)), [...left, ...back].join("\n"));
  assert.deepEqual(bench.repairs, []);
});

// fault: real-servers-all-down
test("all are down: the VIP is withdrawn, and IPVS stays as it is, for no other would serve", async () => {
  const bench = await announced();
  bench.health = pool("down", { [A]: "down", [B]: "down" });
  assert.deepEqual(await bench.pass(), ["withdraw 10.88.2.1/32"]);
  assert.deepEqual(serving(bench), [A, B]);
});

test("a controller that starts over what stands touches no real server before it knows it", async () => {
  const bench = await announced();
  bench.health = pool("unknown", { [A]: "unknown", [B]: "unknown" });
  bench.restart();
  assert.deepEqual(await bench.pass(), []);
  assert.equal(bench.speaker.state.paths.size, 1);
});

// fault: real-server-dead-at-the-start
test("a real server gets its place in IPVS with its first verdict: one that is dead at the start, or when a reload adds it, gets no connection", async () => {
  const bench = new Bench(on(A, B));
  bench.health = pool("unknown", { [A]: "unknown", [B]: "unknown" });
  await bench.pass();
  assert.deepEqual([bench.kernel.state.virtualServices?.size, serving(bench)], [1, []]);
  bench.health = pool("up", { [A]: "up", [B]: "unknown" });
  assert.deepEqual((await bench.pass()).slice(-2), [
    "add real server 10.77.0.1:8080 masquerade weight 1 to tcp 10.88.2.1:80",
    "announce 10.88.2.1/32 next hop 10.88.0.200",
  ]);
  bench.health = pool("up", { [A]: "up", [B]: "down" });
  assert.deepEqual(await bench.pass(), []);
  bench.intent = on(A, B, C);
  bench.health = pool("up", { [A]: "up", [B]: "up", [C]: "unknown" });
  await bench.pass();
  assert.deepEqual(serving(bench), [A, B]);
  bench.health = pool("up", { [A]: "up", [B]: "up", [C]: "up" });
  await bench.pass();
  assert.deepEqual(serving(bench), [A, B, C]);
  assert.deepEqual([bench.repairs, bench.speaker.state.paths.size], [[], 1]);
});

test("a reload that replaces all real servers: the old ones serve until one of the new ones is known to be up", async () => {
  const bench = await announced();
  bench.intent = on(C);
  bench.health = pool("unknown", { [C]: "unknown" });
  assert.deepEqual(await bench.pass(), []);
  bench.health = pool("up", { [C]: "up" });
  const moved = await bench.pass();
  assert.deepEqual(serving(bench), [C]);
  assert.ok(!moved.some((line) => /announce|withdraw/.test(line)), moved.join("\n"));
});

test("one that is not known yet and was at weight 0 stays so, and one that somebody takes out stays out, until its verdict", async () => {
  const bench = await announced();
  const [key, web] = [...(bench.kernel.state.virtualServices ?? [])][0] ?? assert.fail();
  const [a, b] = web.realServers;
  assert.ok(a !== undefined && b !== undefined);
  const set = (...realServers: readonly RealServer[]) => {
    const virtualServices = new Map([[key, { ...web, realServers }]]);
    bench.kernel.state = { ...bench.kernel.state, virtualServices };
  };
  bench.health = pool("unknown", { [A]: "unknown", [B]: "unknown" });
  bench.restart();
  set(a, { ...b, weight: 0 });
  assert.deepEqual([await bench.pass(), serving(bench)], [[], [A]]);
  set(b);
  assert.deepEqual([await bench.pass(), serving(bench)], [[], [B]]);
  bench.health = pool("up", { [A]: "up", [B]: "up" });
  await bench.pass();
  assert.deepEqual([serving(bench).toSorted(), bench.speaker.state.paths.size], [[A, B], 1]);
});

// fault: real-servers-gone-and-unknown
test("none stands and none is known: the VIP is withdrawn, and comes back with the first that is up", async () => {
  const bench = await announced();
  bench.health = pool("unknown", { [A]: "unknown", [B]: "unknown" });
  bench.restart();
  bench.kernel.state = { ...bench.kernel.state, virtualServices: new Map() };
  const found = await bench.pass();
  assert.deepEqual([found, serving(bench)], [["add virtual service tcp 10.88.2.1:80 rr", "withdraw 10.88.2.1/32"], []]);
  bench.health = pool("up", { [A]: "unknown", [B]: "up" });
  await bench.pass();
  assert.deepEqual([serving(bench), bench.speaker.state.paths.size], [[B], 1]);
});

test("without a ledger real servers that stand as in the config are taken over before they are known, and leave when they are down", async () => {
  const bench = await announced();
  bench.saved = OWNS_NOTHING;
  bench.health = pool("unknown", { [A]: "unknown", [B]: "unknown" });
  bench.restart();
  assert.deepEqual(await bench.pass(), []);
  bench.health = pool("up", { [A]: "down", [B]: "up" });
  await bench.pass();
  assert.deepEqual(serving(bench), [B]);
});
