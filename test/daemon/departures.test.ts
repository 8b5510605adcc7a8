import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "../../src/core/service.ts";
import { Bench, HOLD, SERVER_DRAIN } from "../support/bench.ts";
import { health, intent, service } from "../support/world.ts";

const OLD = "tcp 10.88.2.1:80 10.88.0.200:8080";
const QUIET = "set real server 10.88.0.200:8080 masquerade weight 0 of tcp 10.88.2.1:80";
const GONE = "delete real server 10.88.0.200:8080 from tcp 10.88.2.1:80";
const NEW = "add real server 10.88.0.200:9090 masquerade weight 1 to tcp 10.88.2.1:80";
const BACK = "set real server 10.88.0.200:8080 masquerade weight 1 of tcp 10.88.2.1:80";

const web = service("web", ["10.88.2.1"]);

/** The same service with its process at another port. */
function moved(port: number): Service {
  const virtualServices = web.virtualServices.map((one) => ({
    ...one,
    realServers: one.realServers.map((server) => ({ ...server, port })),
  }));
  return { ...web, virtualServices };
}

async function serving(): Promise<Bench> {
  const bench = new Bench(intent([web]));
  bench.health = health({ web: "up" });
  await bench.pass();
  return bench;
}

function connections(bench: Bench, left: number): void {
  bench.kernel.state = { ...bench.kernel.state, connections: new Map([[OLD, left]]) };
}

const warnings = (bench: Bench) => bench.log.lines.filter((line) => line.startsWith("warn"));

// fault: real-server-leaves
test("a real server that the config moves: the new one first, the old one to weight 0, and away with its last connection", async () => {
  const bench = await serving();
  connections(bench, 2);
  bench.intent = intent([moved(9090)]);
  assert.deepEqual(await bench.pass(), [NEW, QUIET]);
  connections(bench, 1);
  assert.deepEqual(await bench.pass(), []);
  connections(bench, 0);
  assert.deepEqual(await bench.pass(), [GONE]);
  assert.deepEqual(await bench.pass(), []);
  assert.deepEqual([warnings(bench), bench.repairs], [[], []]);
});

// fault: real-server-does-not-leave
test("a connection that does not end: the real server is removed at the deadline, and the log says with how many", async () => {
  const bench = await serving();
  await bench.clock.advance(HOLD);
  connections(bench, 2);
  bench.intent = intent([moved(9090)]);
  await bench.pass();
  assert.equal(bench.reconciler.wakeAt, bench.clock.now() + SERVER_DRAIN, "a pass is due by itself");
  await bench.clock.advance(SERVER_DRAIN - 1);
  assert.deepEqual(await bench.pass(), []);
  await bench.clock.advance(1);
  assert.deepEqual(await bench.pass(), [GONE]);
  assert.deepEqual(warnings(bench), [
    "warn real server 10.88.0.200:8080 of tcp 10.88.2.1:80 still has 2 connections at the end of realServerDrain; it is removed",
  ]);
});

test("a restart goes on with a real server that leaves, and counts its time anew", async () => {
  const bench = await serving();
  connections(bench, 2);
  bench.intent = intent([moved(9090)]);
  await bench.pass();
  await bench.clock.advance(SERVER_DRAIN);
  bench.restart();
  assert.deepEqual(await bench.pass(), []);
  await bench.clock.advance(SERVER_DRAIN);
  assert.deepEqual(await bench.pass(), [GONE]);
});

test("one that comes back while it leaves is taken in again; that is no repair", async () => {
  const bench = await serving();
  connections(bench, 2);
  bench.intent = intent([moved(9090)]);
  await bench.pass();
  bench.intent = intent([web]);
  assert.deepEqual((await bench.pass())[0], BACK);
  assert.deepEqual(bench.repairs, []);
});

test("the old one keeps its weight until the new one was seen to stand", async () => {
  const bench = await serving();
  bench.kernel.refuse = (op) => (op.kind === "realServer.add" ? "no memory" : undefined);
  bench.intent = intent([moved(9090)]);
  const done = await bench.pass();
  assert.ok(!done.includes(QUIET), done.join());
});

// fault: service-removed
test("a service that is removed as a whole: withdrawn first, and after the hold its virtual service goes with all it has", async () => {
  const bench = await serving();
  connections(bench, 5);
  bench.intent = intent([]);
  assert.deepEqual(await bench.pass(), ["withdraw 10.88.2.1/32"]);
  await bench.clock.advance(HOLD);
  assert.deepEqual(await bench.pass(), [
    "delete virtual service tcp 10.88.2.1:80",
    "unbind 10.88.2.1/32 from web",
    "delete link web",
  ]);
});
