import assert from "node:assert/strict";
import { test } from "node:test";
import { describe as words } from "../../src/core/op.ts";
import { OWNS_NOTHING } from "../../src/core/ownership.ts";
import { Bench, HOLD } from "../support/bench.ts";
import { EMPTY_KERNEL, health, intent, ip, service } from "../support/world.ts";

const one = () => new Bench(intent([service("web", ["10.88.2.1"])]));

test("a healthy service on a bare host: built, seen, announced; the pass after it does nothing", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  const first = await bench.pass();
  assert.deepEqual(first.slice(-2), [
    "announce 10.88.2.1/32 next hop 10.88.0.200",
    "add peer 10.88.0.253 AS 65512 port 179",
  ]);
  assert.deepEqual(await bench.pass(), []);
});

test("kill -9 and a restart over what stands: no op at all, before the first verdict and after it", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  await bench.pass();
  bench.health = new Map();
  bench.restart();
  assert.deepEqual(await bench.pass(), []);
  bench.health = health({ web: "up" });
  assert.deepEqual(await bench.pass(), []);
});

test("the same without a ledger, as after a reboot of the disk that held it", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  await bench.pass();
  bench.saved = OWNS_NOTHING;
  bench.restart();
  assert.deepEqual(await bench.pass(), []);
});

test("a dead service is withdrawn while the kernel cannot be read", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  await bench.pass();
  bench.kernel.blind = true;
  bench.health = health({ web: "down" });
  assert.deepEqual(await bench.pass(), ["withdraw 10.88.2.1/32"]);
  assert.deepEqual(
    bench.log.lines.filter((line) => line.startsWith("error")),
    ["error reading the kernel: ip: cannot be run"],
  );
});

test("a service that dies while its announcement is on the way is withdrawn right after it, without another pass", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  let dying: Promise<void> | undefined;
  bench.speaker.before = (op) => {
    bench.done.push(words(op));
    if (op.kind !== "path.announce") return;
    bench.health = health({ web: "down" });
    dying = bench.reconciler.withdraw();
  };
  await bench.reconciler.pass();
  await dying;
  assert.equal(bench.speaker.state.paths.size, 0);
  assert.ok(
    bench.done.indexOf("withdraw 10.88.2.1/32") > bench.done.indexOf("announce 10.88.2.1/32 next hop 10.88.0.200"),
  );
});

test("a service that dies between plan and announcement is not announced", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  bench.kernel.before = (op) => {
    if (op.kind === "realServer.add") bench.health = health({ web: "down" });
  };
  await bench.pass();
  assert.ok(!bench.done.some((line) => line.startsWith("announce")));
});

test("gobgpd restarted empty: BGP, policy, path, peer again, in that order", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  await bench.pass();
  bench.speaker.restartEmpty();
  assert.deepEqual(await bench.pass(), [
    "start BGP as AS 65512, router ID 10.88.0.200, not listening",
    "set the local-only policy",
    "announce 10.88.2.1/32 next hop 10.88.0.200",
    "add peer 10.88.0.253 AS 65512 port 179",
  ]);
});

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

test("leaving: withdraw, hold, then services before addresses before the link", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  await bench.pass();
  bench.stage = "leaving";
  assert.deepEqual(await bench.pass(), ["withdraw 10.88.2.1/32"]);
  bench.stage = "gone";
  assert.deepEqual(await bench.pass(), [], "the hold is not over");
  await bench.clock.advance(HOLD);
  assert.deepEqual(await bench.pass(), [
    "delete virtual service tcp 10.88.2.1:80",
    "unbind 10.88.2.1/32 from web",
    "delete link web",
  ]);
  assert.deepEqual([...bench.saved.links, ...bench.saved.addresses, ...bench.saved.prefixes], []);
});

test("nothing is torn down while gobgpd is silent; all of it when gobgpd is gone", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  await bench.pass();
  bench.speaker.reach = "silent";
  bench.stage = "gone";
  await bench.pass();
  await bench.clock.advance(HOLD);
  assert.ok(!(await bench.pass()).some((line) => line.startsWith("delete")));
  bench.speaker.reach = "absent";
  assert.ok((await bench.pass()).includes("delete link web"));
});

test("a full disk is told once and stops nothing", async () => {
  const bench = one();
  bench.diskFull = true;
  bench.health = health({ web: "up" });
  await bench.pass();
  await bench.pass();
  assert.equal(bench.speaker.state.paths.size, 1);
  assert.equal(bench.log.lines.filter((line) => line.includes("ENOSPC")).length, 1);
});

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

test("status: accepted without a session, sent with one", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  assert.equal((await bench.status()).announcements[0]?.state, "accepted");
  bench.speaker.establish();
  const sent = (await bench.status()).announcements[0];
  assert.deepEqual([sent?.state, sent?.peers], ["sent", ["10.88.0.253"]]);
});
