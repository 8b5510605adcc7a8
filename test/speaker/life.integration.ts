import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address } from "../../src/core/address.ts";
import { SpeakerUnreachable } from "../../src/core/errors.ts";
import type { SpeakerOp } from "../../src/core/op.ts";
import { birdMissing } from "../support/bird.ts";
import { findGobgpd, gobgpdVersions } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { addPeer, announce, clock, IDENTITY, never, policy, Stage, start, withdraw } from "./stage.ts";

const TOR = { address: "127.0.0.2" as Address, as: 64513 };
const VIP = "192.0.2.1/32";
const noBird = await birdMissing();

for (const version of gobgpdVersions()) {
  const gobgpd = await findGobgpd(version);
  const missing = "missing" in gobgpd ? gobgpd.missing : false;
  const binary = "binary" in gobgpd ? gobgpd.binary : "";
  const generation = version.startsWith("3.") ? "GoBGP 3" : "GoBGP 4";

  test(`gobgpd ${version}: absent at start, then there: one down, one up`, { skip: missing }, async (t) => {
    const stage = await Stage.set(t);
    stage.speaker.start();
    await stage.event("down");
    assert.match(stage.reason, /there is no such socket \(ENOENT\); start it with --api-hosts unix:/);
    await assert.rejects(stage.observe(), (error) => error instanceof SpeakerUnreachable && error.absent);
    await assert.rejects(stage.speaker.sent(never()), SpeakerUnreachable);
    const [result] = await stage.apply(announce(VIP));
    assert.ok(result?.ok === false && /^gobgpd at .* cannot be reached: there is no such socket/.test(result.error));
    await stage.gobgpd.start(binary);
    await stage.event("up");
    assert.deepEqual(stage.events, [
      { kind: "down", reason: stage.reason },
      { kind: "up", version: generation, api: stage.gobgpd.api },
    ]);
    const { identity, peers, paths } = await stage.observe();
    assert.deepEqual([identity, peers.size, paths.size], [undefined, 0, 0]);
    assert.equal((await stage.speaker.sent(never())).size, 0);
  });

  test(`gobgpd ${version}: killed and restarted empty, it gets everything again`, {
    skip: missing || noBird || false,
  }, async (t) => {
    const stage = await Stage.set(t);
    const bird = await stage.bird(TOR);
    const everything: readonly SpeakerOp[] = [start(), policy, announce(VIP), addPeer(bird.peer)];
    await stage.up(binary);
    await stage.must(...everything);
    await until("our route at BIRD", async () => (await bird.routes()).length === 1);
    for (const round of [1, 2]) {
      await stage.gobgpd.kill();
      await stage.event("down", round);
      await until("no route at BIRD", async () => (await bird.routes()).length === 0);
      await until("absent", async () =>
        stage.observe().then(
          () => false,
          (error: SpeakerUnreachable) => error.absent,
        ),
      );
      await stage.gobgpd.start(binary);
      await stage.event("up", round + 1);
      assert.equal((await stage.observe()).identity, undefined, "empty");
      await stage.must(...everything);
      await until("our route at BIRD again", async () => (await bird.routes()).length === 1);
      assert.equal(bird.tap.changes.length, round + 1, "one UPDATE a life");
    }
    assert.equal(stage.count("down"), 2, "once a change, not once a try");
    assert.equal(stage.count("up"), 3);
  });

  test(`gobgpd ${version}: one that runs as we would is adopted, with all it holds`, {
    skip: missing || noBird || false,
  }, async (t) => {
    const first = await Stage.set(t);
    const bird = await first.bird(TOR);
    await first.up(binary);
    await first.must(start(), policy, announce(VIP), announce("2001:db8::1/128", "2001:db8::f"), addPeer(bird.peer));
    await until("our routes at BIRD", async () => (await bird.routes()).length === 2);
    await first.speaker.stop();
    const heir = Stage.over(first.gobgpd, t);
    await heir.event("up");
    await until("the session as an event", () =>
      heir.events.some(
        (event) => event.kind === "session" && event.peer === TOR.address && event.state === "established",
      ),
    );
    const state = await heir.observe();
    assert.deepEqual(state.identity, IDENTITY);
    assert.equal(state.originatorOnly, true);
    assert.deepEqual([...state.paths.keys()].sort(), [VIP, "2001:db8::1/128"]);
    await heir.must(start(), policy, announce(VIP), announce("2001:db8::1/128", "2001:db8::f"), addPeer(bird.peer));
    await heir.must(withdraw(VIP));
    await until("the withdrawal", () => bird.tap.changes.some(({ withdrawn }) => withdrawn.includes(VIP)));
    assert.equal(bird.tap.changes.length, 3, "two announcements, one withdrawal");
    assert.equal(bird.tap.opens, 1);
  });

  test(`gobgpd ${version}: one that runs as someone else is left alone`, { skip: missing }, async (t) => {
    const stage = await Stage.set(t);
    await stage.up(binary);
    await stage.must(start({ as: 65000 }), announce(VIP));
    for (const other of [{}, { as: 65000, routerId: "10.9.9.9" as Address }]) {
      const results = await stage.apply(start(other), policy, withdraw(VIP), addPeer({ ...TOR, port: 179 }));
      const errors = results.map((result) => (result.ok ? "" : result.error));
      assert.match(
        errors[0] ?? "",
        /runs BGP as AS 65000, router ID 10\.0\.0\.1 already; put the same into bgp\.local/,
      );
      for (const error of errors.slice(1)) assert.match(error, /not tried, because before it: /);
    }
    const state = await stage.observe();
    assert.deepEqual([[...state.paths.keys()], state.peers.size, state.originatorOnly], [[VIP], 0, false]);
  });

  test(`gobgpd ${version}: peers are added, changed and deleted, each as often as you like`, {
    skip: missing || noBird || false,
  }, async (t) => {
    const stage = await Stage.set(t);
    const bird = await stage.bird(TOR);
    await stage.up(binary);
    await stage.must(start(), policy, announce(VIP));
    const wrong = { ...bird.peer, as: 64999 };
    await stage.must({ target: "speaker", kind: "peer.update", peer: wrong });
    assert.deepEqual(
      [...(await stage.observe()).peers.values()].map(({ as }) => as),
      [64999],
    );
    await stage.must({ target: "speaker", kind: "peer.update", peer: bird.peer });
    await until("our route at BIRD", async () => (await bird.routes()).length === 1);
    const opens = bird.tap.opens;
    await stage.must(addPeer(bird.peer), { target: "speaker", kind: "peer.update", peer: bird.peer });
    await stage.must(announce("192.0.2.2/32"));
    await until("the next route at BIRD", async () => (await bird.routes()).length === 2);
    assert.equal(bird.tap.opens, opens, "the same peer again resets nothing");
    for (const _ of [1, 2]) await stage.must({ target: "speaker", kind: "peer.delete", address: TOR.address });
    await until("no route at BIRD", async () => (await bird.routes()).length === 0);
    assert.equal((await stage.observe()).peers.size, 0);
  });

  test(`gobgpd ${version}: the table event comes for what others change, and bundles what comes together`, {
    skip: missing,
  }, async (t) => {
    const stage = await Stage.set(t);
    await stage.up(binary);
    await stage.must(start(), policy);
    const other = Stage.over(stage.gobgpd, t);
    await other.event("up");
    const before = stage.count("table");
    await other.must(...Array.from({ length: 300 }, (_, i) => announce(`10.88.${i >> 8}.${i & 255}/32`)));
    await stage.event("table", before + 1);
    assert.ok(stage.count("table") - before < 30, "bundled");
    assert.equal((await stage.held()).length, 300);
    await until("silence", async () => {
      const told = stage.count("table");
      await clock.sleep(300);
      return stage.count("table") === told;
    });
    const then = stage.count("table");
    await other.must(withdraw("10.88.0.1/32"));
    await stage.event("table", then + 1);
  });
}
