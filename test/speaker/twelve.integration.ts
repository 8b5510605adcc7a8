import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address } from "../../src/core/address.ts";
import type { SpeakerOp } from "../../src/core/op.ts";
import { Password } from "../../src/core/password.ts";
import { CHANNEL } from "../../src/speaker/client.ts";
import { encodePeer } from "../../src/speaker/peer.ts";
import { v3 } from "../../src/speaker/v3.ts";
import { v4 } from "../../src/speaker/v4.ts";
import { findGobgpd, gobgpdVersions } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { sentAs, serviceOf } from "./fake-gobgpd.ts";
import { addPeer, announce, deletePeer, policy, rawCall, Stage, start, updatePeer, withdraw } from "./stage.ts";

/**
 * The twelve things about gobgpd that bite; each test says which one it keeps from biting. The fifth, the order on a fresh
 * gobgpd, is in apply.test.ts (the calls) and life.integration.ts (the wire); the twelfth, keys of a listening socket, in
 * terms.integration.ts; 8 is the order of writes.
 */
const VIP = "192.0.2.1/32";
const PEER = { address: "127.0.0.2" as Address, as: 64513, port: 1790 };

/** What makes one generation or another crash, store nonsense, or do more than it was asked to. */
const HARMFUL: Readonly<Record<string, SpeakerOp>> = {
  "an empty peer address": addPeer({ ...PEER, address: "" as Address }),
  "a peer that is a name": addPeer({ ...PEER, address: "router.example" as Address }),
  "a peer address that is not canonical": updatePeer({ ...PEER, address: "fd99:0:0:0:0:0:0:2" as Address }),
  "a peer that is no host": addPeer({ ...PEER, address: "0.0.0.0" as Address }),
  "a peer of AS 0": addPeer({ ...PEER, as: 0 }),
  "a peer of an AS too large": addPeer({ ...PEER, as: 2 ** 32 }),
  "a peer on port 65536": addPeer({ ...PEER, port: 65_536 }),
  "a hold time of 2 s": addPeer({ ...PEER, holdTime: 2 }),
  "a password of no bytes": addPeer({ ...PEER, password: new Password("") }),
  "a password of 81 bytes": addPeer({ ...PEER, password: new Password("p".repeat(81)) }),
  "a TTL of 256": addPeer({ ...PEER, multihop: 256 }),
  "a peer that is 255 hops away": addPeer({ ...PEER, ttlSecurity: 255 }),
  "multihop and TTL security at once": updatePeer({ ...PEER, multihop: 2, ttlSecurity: 2 }),
  "the deletion of an empty address": deletePeer(""),
  "the deletion of garbage": deletePeer("x.y"),
  "an AS of 0": start({ as: 0 }),
  "a router ID of IPv6": start({ routerId: "2001:db8::1" as Address }),
  "a router ID that is none": start({ routerId: "router" as Address }),
  "a listen port of 0": start({ listenPort: 0 }),
  "a prefix length of 33": announce("192.0.2.1/33"),
  "a prefix that is garbage": announce("192.0.2.x/32"),
  "a prefix without length": announce("192.0.2.1"),
  "host bits": announce("192.0.2.1/24"),
  "the default route": announce("0.0.0.0/0"),
  "a next hop of the other family": announce(VIP, "2001:db8::f"),
  "an empty next hop": announce(VIP, ""),
  "the withdrawal of everything": withdraw(""),
  "the withdrawal of the default route": withdraw("0.0.0.0/0"),
};

for (const version of gobgpdVersions()) {
  const gobgpd = await findGobgpd(version);
  const skip = "missing" in gobgpd ? gobgpd.missing : false;
  const binary = "binary" in gobgpd ? gobgpd.binary : "";

  test(`1, gobgpd ${version}: a second start keeps the RIB`, { skip }, async (t) => {
    const stage = await Stage.set(t);
    await stage.up(binary);
    await stage.must(start(), policy, announce(VIP));
    await stage.must(start(), start({ listenPort: 17_999 }));
    const { identity, originatorOnly } = await stage.observe();
    assert.deepEqual([identity?.listenPort, originatorOnly, await stage.held()], [-1, true, [VIP]]);
  });

  // fault: gobgpd-stopped-by-others
  test(`2, gobgpd ${version}: a StopBgp by others ${version === "4.8" ? "is told with its only remedy" : "is seen, and started again"}`, {
    skip,
  }, async (t) => {
    const stage = await Stage.set(t);
    await stage.up(binary);
    await stage.must(start(), policy, announce(VIP));
    await stage.event("table");
    const tables = stage.count("table");
    await rawCall(stage.gobgpd.api, `/${(version.startsWith("3.") ? v3 : v4).service}/StopBgp`);
    if (version === "4.8") {
      await stage.event("down");
      assert.match(stage.reason, /its BGP was stopped .* restart the gobgpd process$/);
      await stage.gobgpd.kill();
      await stage.gobgpd.start(binary);
      await stage.event("up", 2);
    } else {
      await stage.event("table", tables + 1);
      await until("BGP not started", async () => (await stage.observe()).identity === undefined);
      assert.equal(stage.count("down"), 0);
    }
    await stage.must(start(), policy, announce(VIP));
    assert.deepEqual(await stage.held(), [VIP]);
  });

  test(`3, gobgpd ${version}: what would harm it is refused without a call`, { skip }, async (t) => {
    const stage = await Stage.set(t);
    await stage.up(binary);
    await stage.must(start(), policy, announce("192.0.2.9/32"), announce("2001:db8::9/128", "2001:db8::f"));
    for (const [what, op] of Object.entries(HARMFUL)) {
      const results = await stage.apply(op);
      assert.equal(results[0]?.ok, false, what);
      assert.ok(stage.gobgpd.running, `alive after ${what}`);
    }
    // The same in a crowd: the sound ones of a stream go through.
    const paths = Object.values(HARMFUL).filter(({ kind }) => kind.startsWith("path."));
    const sound = Array.from({ length: 10 }, (_, i) => announce(`10.88.0.${i}/32`));
    const results = await stage.apply(...sound, ...paths);
    assert.deepEqual(
      results.map(({ ok }) => ok),
      [...sound.map(() => true), ...paths.map(() => false)],
    );
    assert.equal((await stage.held()).length, 12);
    assert.deepEqual([stage.count("down"), (await stage.observe()).peers.size], [0, 0]);
  });

  test(`4, gobgpd ${version}: under the policy our own paths stand, and it stands in both directions`, {
    skip,
  }, async (t) => {
    const stage = await Stage.set(t);
    await stage.up(binary);
    await stage.must(start());
    assert.equal((await stage.observe()).originatorOnly, false);
    await stage.must(policy, announce(VIP));
    assert.deepEqual([(await stage.observe()).originatorOnly, await stage.held()], [true, [VIP]]);
  });

  test(`8, gobgpd ${version}: changes that are asked for at once are applied one after the other`, {
    skip,
  }, async (t) => {
    const stage = await Stage.set(t);
    await stage.up(binary);
    await stage.must(start(), policy);
    const prefixes = Array.from({ length: 300 }, (_, i) => `10.88.${i >> 8}.${i & 255}/32`);
    const pairs = prefixes.flatMap((prefix) => [stage.must(announce(prefix)), stage.must(withdraw(prefix))]);
    await Promise.all(pairs);
    assert.deepEqual(await stage.held(), []);
  });

  test(`9 and 10, gobgpd ${version}: a withdrawal takes its own path and no other family's`, { skip }, async (t) => {
    const stage = await Stage.set(t);
    await stage.up(binary);
    await stage.must(start(), policy);
    const v4s = ["192.0.2.1/32", "192.0.2.2/32"];
    const v6s = ["2001:db8::1/128", "2001:db8::2/128"];
    await stage.must(...v4s.map((prefix) => announce(prefix)), ...v6s.map((prefix) => announce(prefix, "2001:db8::f")));
    await stage.must(withdraw("192.0.2.1/32"));
    assert.deepEqual(await stage.held(), ["192.0.2.2/32", ...v6s]);
    await stage.must(withdraw("2001:db8::2/128"));
    assert.deepEqual(await stage.held(), ["192.0.2.2/32", "2001:db8::1/128"]);
  });

  // fault: gobgpd-stale-socket
  test(`11, gobgpd ${version}: a socket that a dead gobgpd left behind is told as nobody listening`, {
    skip,
  }, async (t) => {
    const stage = await Stage.set(t);
    await stage.up(binary);
    await stage.gobgpd.kill();
    await stage.event("down");
    await until("the refusal", () =>
      stage.observe().then(
        () => false,
        (error: Error) => error.message.includes("nothing listens there (ECONNREFUSED)"),
      ),
    );
  });
}

for (const dialect of [v3, v4]) {
  test(`3, ${dialect.version}: each family of a peer is named; no listen address and no prefix filter can be sent`, () => {
    const { peer } = sentAs(dialect, "AddPeer", { peer: encodePeer(PEER) }) as {
      peer: { afi_safis: { config: { family: object } }[] };
    };
    assert.ok(peer.afi_safis.every(({ config }) => config.family !== null));
    assert.ok(!("listen_addresses" in (sentAs(dialect, "StartBgp", { global: {} })["global"] as object)));
    assert.ok(!("prefixes" in sentAs(dialect, "ListPath", {})));
  });

  test(`2 and 6, ${dialect.version}: no StopBgp, no graceful restart: what we cannot say cannot bite`, () => {
    assert.ok(!("StopBgp" in serviceOf(dialect)));
    const sent = (peer: object) =>
      (sentAs(dialect, "AddPeer", { peer }) as { peer: { graceful_restart: object | null } }).peer.graceful_restart;
    assert.equal(sent(encodePeer(PEER)), null);
    // It is read whether gobgpd holds UPDATEs back, and nothing else has a word.
    const asked = { enabled: true, restart_time: 120, deferral_time: 360, local_restarting: false };
    assert.deepEqual(sent({ ...encodePeer(PEER), graceful_restart: asked }), { local_restarting: false });
  });
}

test("7: the channel never pings", () => {
  assert.deepEqual(
    Object.keys(CHANNEL).filter((option) => option.startsWith("grpc.keepalive")),
    [],
  );
});
