import assert from "node:assert/strict";
import { test } from "node:test";
import { describe as words } from "../../src/core/op.ts";
import { OWNS_NOTHING } from "../../src/core/ownership.ts";
import { Bench, HOLD } from "../support/bench.ts";
import { health, intent, ip, service } from "../support/world.ts";

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

// fault: ledger-lost
test("the same without a ledger, as after a reboot of the disk that held it", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  await bench.pass();
  bench.saved = OWNS_NOTHING;
  bench.restart();
  assert.deepEqual(await bench.pass(), []);
});

// fault: backend-dead-and-kernel-unreadable
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

// fault: backend-dies-before-its-announcement
test("a service that dies between plan and announcement is not announced", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  bench.kernel.before = (op) => {
    if (op.kind === "realServer.add") bench.health = health({ web: "down" });
  };
  await bench.pass();
  assert.ok(!bench.done.some((line) => line.startsWith("announce")));
});

// fault: gobgpd-restarted-empty
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
  assert.deepEqual(await bench.pass(), [], "the hold begins when gobgpd was found to be gone");
  await bench.clock.advance(HOLD);
  assert.ok((await bench.pass()).includes("delete link web"));
});

test("a gobgpd that this process never saw is not taken for gone while an earlier life announced something", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  await bench.pass();
  bench.speaker.reach = "absent";
  bench.stage = "gone";
  bench.restart();
  await bench.pass();
  await bench.clock.advance(HOLD);
  assert.deepEqual(await bench.pass(), []);
  assert.equal(bench.kernel.state.links.size, 1);
});

test("a gobgpd that was never there holds nothing of a host that never announced: what was built goes after the hold", async () => {
  const bench = one();
  bench.speaker.reach = "absent";
  await bench.pass();
  assert.equal(bench.kernel.state.links.size, 1);
  bench.stage = "gone";
  assert.deepEqual(await bench.pass(), []);
  await bench.clock.advance(HOLD);
  assert.ok((await bench.pass()).includes("delete link web"));
});

// fault: no-session
test("status: accepted without a session, sent with one", async () => {
  const bench = one();
  bench.health = health({ web: "up" });
  assert.equal((await bench.status()).announcements[0]?.state, "accepted");
  bench.speaker.establish();
  const sent = (await bench.status()).announcements[0];
  assert.deepEqual([sent?.state, sent?.peers.map((peer) => peer.state)], ["sent", ["sent"]]);
});

test("a VIP whose length changes is bound under the new one in one pass: of IPv4 the new one first, of IPv6 the old one has to go before it", async () => {
  const bound = (v4: number, v6: number) => {
    const [four, six] = [ip("10.88.2.1"), ip("2001:db8:f::1")];
    const vips = [
      { address: four, prefixLength: v4 },
      { address: six, prefixLength: v6 },
    ];
    return intent([service("web", [four, six], { vips })]);
  };
  const bench = new Bench(bound(32, 128));
  bench.health = health({ web: "up" });
  await bench.pass();
  bench.intent = bound(24, 64);
  assert.deepEqual(await bench.pass(), [
    "withdraw 10.88.2.1/32",
    "withdraw 2001:db8:f::1/128",
    "unbind 2001:db8:f::1/128 from web",
    "bind 10.88.2.1/24 to web",
    "bind 2001:db8:f::1/64 to web",
    "unbind 10.88.2.1/32 from web",
    "announce 10.88.2.0/24 next hop 10.88.0.200",
    "announce 2001:db8:f::/64 next hop 2001:db8:1::200",
  ]);
  assert.deepEqual(
    bench.log.lines.filter((line) => line.startsWith("error")),
    [],
  );
});
