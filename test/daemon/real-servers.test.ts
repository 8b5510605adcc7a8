import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address } from "../../src/core/address.ts";
import type { RealServerHealth, ServiceHealth } from "../../src/core/desired.ts";
import type { Verdict } from "../../src/core/health.ts";
import type { RealServer } from "../../src/core/service.ts";
import { Bench } from "../support/bench.ts";
import { intent, ip, service } from "../support/world.ts";

const [A, B] = [ip("10.77.0.1"), ip("10.77.0.2")];

function pool(verdict: Verdict, servers: Readonly<Record<Address, Verdict>>): ReadonlyMap<string, ServiceHealth> {
  const each = Object.entries(servers).map(([address, one]): RealServerHealth => {
    return { address: address as Address, verdict: one, reason: "a test says so" };
  });
  const realServers = new Map(each.map((one) => [one.address, one]));
  return new Map([["web", { verdict, reason: "a test says so", realServers }]]);
}

/** A service on two real servers, both up. */
async function announced(): Promise<Bench> {
  const plain = service("web", ["10.88.2.1"]);
  const realServers = [A, B].map((address): RealServer => {
    return { address, port: 8080, weight: 1, forwarding: "masquerade" };
  });
  const virtualServices = plain.virtualServices.map((one) => ({ ...one, realServers }));
  const bench = new Bench(intent([{ ...plain, virtualServices }]));
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
