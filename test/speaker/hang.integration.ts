import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address } from "../../src/core/address.ts";
import { SpeakerUnreachable } from "../../src/core/errors.ts";
import { birdMissing } from "../support/bird.ts";
import { findGobgpd, gobgpdVersions } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { addPeer, announce, policy, Stage, start, withdraw } from "./stage.ts";

const TOR = { address: "127.0.0.2" as Address, as: 64513 };
const VIP = "192.0.2.1/32";
const noBird = await birdMissing();

for (const version of gobgpdVersions()) {
  const gobgpd = await findGobgpd(version);
  const missing = "missing" in gobgpd ? gobgpd.missing : false;
  const binary = "binary" in gobgpd ? gobgpd.binary : "";

  // fault: gobgpd-hangs
  test(`gobgpd ${version}: hangs and comes back: one down, one up, and the session never knew`, {
    skip: missing || noBird || false,
  }, async (t) => {
    const stage = await Stage.set(t);
    const bird = await stage.bird(TOR);
    await stage.up(binary);
    await stage.must(start(), policy, announce(VIP), addPeer(bird.peer));
    await until("our route at BIRD", async () => (await bird.routes()).length === 1);
    await stage.gobgpd.pause();
    await stage.event("down");
    assert.match(stage.reason, /does not answer within 2 s \(GetBgp\): its process hangs or is stopped/);
    await assert.rejects(stage.observe(), (error) => error instanceof SpeakerUnreachable && !error.absent);
    const refused = await stage.apply(withdraw(VIP), announce("192.0.2.2/32"));
    assert.deepEqual(
      refused.map(({ ok }) => ok),
      [false, false],
    );
    stage.gobgpd.resume();
    await stage.event("up", 2);
    assert.deepEqual(await stage.held(), [VIP]);
    assert.equal(stage.count("down"), 1);
    assert.deepEqual([bird.tap.opens, bird.tap.changes.length], [1, 1]);
  });

  // fault: gobgpd-hangs-and-is-killed
  test(`gobgpd ${version}: hangs, is killed, and comes back: each change is told once, with its reason`, {
    skip: missing,
  }, async (t) => {
    const stage = await Stage.set(t);
    await stage.up(binary);
    await stage.gobgpd.pause();
    await stage.event("down");
    assert.match(stage.reason, /its process hangs or is stopped/);
    await stage.gobgpd.kill();
    await stage.event("down", 2);
    assert.match(stage.reason, /cannot be reached/);
    await stage.gobgpd.start(binary);
    await stage.event("up", 2);
    assert.deepEqual(
      stage.events.map(({ kind }) => kind),
      ["up", "down", "down", "up"],
    );
  });

  // fault: gobgpd-hangs-on-a-call
  test(`gobgpd ${version}: a call during a hang fails by its deadline, and the ops behind it are not tried`, {
    skip: missing,
  }, async (t) => {
    const stage = await Stage.set(t);
    await stage.up(binary);
    await stage.must(start(), policy);
    await stage.gobgpd.pause();
    const results = await stage.apply(announce(VIP), announce("192.0.2.2/32"), announce("192.0.2.3/32"));
    const errors = results.map((result) => (result.ok ? "" : result.error));
    assert.match(errors[0] ?? "", /^gobgpd at unix:.* does not answer within [23] s/);
    for (const error of errors.slice(1)) assert.match(error, /not tried, because before it: /);
    stage.gobgpd.resume();
  });

  // fault: question-over-a-standstill
  test(`gobgpd ${version}: what was asked before this process stood still is asked again, and gobgpd is not taken for hung`, {
    skip: missing,
  }, async (t) => {
    const stage = await Stage.set(t);
    await stage.up(binary);
    await stage.must(start(), policy, announce(VIP));
    const held = stage.held();
    // All of this thread, and with it gobgpd's answer in the socket, for longer than any deadline.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_500);
    assert.deepEqual(await held, [VIP]);
    assert.equal(stage.count("down"), 0);
  });
}
