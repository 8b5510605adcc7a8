import assert from "node:assert/strict";
import { test } from "node:test";
import { Bench } from "../support/bench.ts";
import { EMPTY_KERNEL, health, intent, ip, service } from "../support/world.ts";

const one = () => new Bench(intent([service("web", ["10.88.2.1"])]));

test("a failing op is told once, tried again with growing pauses, shown, and forgotten when it works", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  bench.kernel.refuse = (op) => (op.kind === "virtualService.add" ? "ipvsadm: no module ip_vs" : undefined);
  const status = await bench.status();
  assert.equal(status.announcements[0]?.state, "pending");
  assert.match(status.announcements[0]?.reason ?? "", /virtual service tcp 10\.88\.2\.1:80 is absent/);
  const tries = () => bench.done.filter((line) => line.startsWith("add virtual service")).length;
  assert.equal(tries(), 1);
  await bench.pass();
  assert.equal(tries(), 1, "not before its time");
  await bench.clock.advance(1_000);
  await bench.pass();
  assert.equal(tries(), 2);
  await bench.clock.advance(1_000);
  await bench.pass();
  assert.equal(tries(), 2, "the second pause is longer");
  assert.equal(
    bench.log.lines.filter((line) => line.startsWith("error") && line.includes("add virtual service")).length,
    1,
  );
  bench.kernel.refuse = () => undefined;
  await bench.clock.advance(60_000);
  const healed = await bench.status();
  assert.equal(healed.failing.size, 0);
  assert.equal(healed.announcements[0]?.state, "accepted");
});

test("an address that vanished is put back without a withdrawal; one that cannot be put back is withdrawn", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  await bench.pass();
  bench.kernel.state = { ...bench.kernel.state, links: EMPTY_KERNEL.links };
  const repaired = await bench.pass();
  assert.ok(repaired.includes("bind 10.88.2.1/32 to web"));
  assert.ok(!repaired.some((line) => line.startsWith("withdraw")));
  bench.kernel.state = { ...bench.kernel.state, links: EMPTY_KERNEL.links };
  bench.kernel.refuse = (op) => (op.kind === "address.add" ? "ip: no" : undefined);
  assert.ok((await bench.pass()).includes("withdraw 10.88.2.1/32"));
});

test("a service that cannot be built does not make the repair of another a flap", async () => {
  const bench = new Bench(intent([service("web", ["10.88.2.1"]), service("dns", ["10.88.2.2"])]));
  bench.health = health({ web: "up", dns: "up" });
  bench.kernel.refuse = (op) => (op.kind === "virtualService.add" && op.service.vip === "10.88.2.2" ? "no" : undefined);
  await bench.pass();
  bench.kernel.state = {
    ...bench.kernel.state,
    links: new Map([...bench.kernel.state.links].filter(([name]) => name !== "web")),
  };
  const repaired = await bench.pass();
  assert.ok(repaired.includes("bind 10.88.2.1/32 to web"));
  assert.ok(!repaired.some((line) => line.startsWith("withdraw") || line.startsWith("announce")));
});

test("what is answered to be done and is not to be seen counts as failed, told once, and tried again with growing pauses", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  const before = bench.speaker.apply.bind(bench.speaker);
  let sent = 0;
  bench.speaker.apply = async (ops) => {
    sent += ops.filter((op) => op.kind === "path.announce").length;
    await before(ops.filter((op) => op.kind !== "path.announce"));
    return ops.map((op) => ({ op, ok: true }));
  };
  const status = await bench.status();
  assert.match([...status.failing.values()].join(), /gobgpd answered that it was done, but its table does not show it/);
  const told = (words: string) => bench.log.lines.filter((line) => line.startsWith(words)).length;
  const tries = async (seconds: number) => {
    sent = 0;
    for (let second = 0; second < seconds; second++) {
      await bench.clock.advance(1_000);
      await bench.pass();
    }
    return sent;
  };
  assert.equal(await tries(7), 3, "after 1, 2 and 4 seconds");
  assert.equal(await tries(8), 1);
  assert.deepEqual([told("info announce"), told("error cannot announce")], [1, 1]);
  bench.speaker.apply = before;
  await tries(16);
  assert.equal((await bench.status()).failing.size, 0);
  assert.equal(told("warn put back"), 0, "nobody had taken it away");
});

// fault: policy-refused
test("peers wait until the policy was seen to stand", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  bench.speaker.refuse = (op) => (op.kind === "policy.set" ? "no" : undefined);
  for (let pass = 0; pass < 3; pass++) {
    await bench.pass();
    await bench.clock.advance(10_000);
  }
  assert.ok(!bench.done.some((line) => line.startsWith("add peer")));
  bench.speaker.refuse = () => undefined;
  assert.ok((await bench.pass()).some((line) => line.startsWith("add peer")));
});

// fault: peer-of-somebody-else
test("a peer of somebody else in a managed gobgpd is reported and left alone; one of ours that left the config is deleted", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  await bench.pass();
  const foreign = { address: ip("10.88.0.9"), as: 65512, port: 179, session: "idle" } as const;
  bench.speaker.state = {
    ...bench.speaker.state,
    peers: new Map(bench.speaker.state.peers).set(foreign.address, foreign),
  };
  bench.intent = { ...bench.intent, peers: [] };
  const status = await bench.status();
  assert.deepEqual([...bench.speaker.state.peers.keys()], ["10.88.0.9"]);
  assert.match(status.conflicts[0] ?? "", /peer 10\.88\.0\.9 that is not ours/);
});

test("without network setup the ledger keeps what an earlier life made", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  await bench.pass();
  const { links, addresses } = bench.saved;
  bench.intent = { ...bench.intent, network: false };
  bench.restart();
  await bench.pass();
  assert.deepEqual([bench.saved.links, bench.saved.addresses], [links, addresses]);
});

// fault: disk-full-state
test("a full disk is told once and stops nothing", async () => {
  const bench = one();
  bench.diskFull = true;
  bench.health = health({ web: "up" });
  await bench.pass();
  await bench.pass();
  assert.equal(bench.speaker.state.paths.size, 1);
  assert.equal(bench.log.lines.filter((line) => line.includes("ENOSPC")).length, 1);
});

// fault: gobgpd-of-somebody-else
test("another identity in gobgpd: told with what to do, nothing in it touched", async () => {
  const bench = one();
  bench.speaker.state = {
    ...bench.speaker.state,
    identity: { as: 64999, routerId: ip("10.88.0.200"), listenPort: -1 },
  };
  bench.health = health({ web: "up" });
  const status = await bench.status();
  assert.match(status.conflicts[0] ?? "", /gobgpd runs as AS 64999.*the config says AS 65512.*restart gobgpd/);
  assert.deepEqual(bench.speaker.applied, []);
});
