import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Address, Prefix } from "../../src/core/address.ts";
import type { Sockets } from "../../src/core/ports.ts";
import { Prover } from "../../src/daemon/prover.ts";
import { Reporter } from "../../src/daemon/reporter.ts";
import { SystemCommand } from "../../src/dataplane/command.ts";
import { ProcSockets } from "../../src/dataplane/sockets.ts";
import { addPeer, announce, clock, policy, Stage, start, withdraw } from "../speaker/stage.ts";
import { birdMissing } from "../support/bird.ts";
import { findGobgpd, gobgpdVersions } from "../support/gobgpd.ts";
import { recordingLog } from "../support/log.ts";
import { until } from "../support/until.ts";

const noBird = await birdMissing();
const TOR = { address: "127.0.0.2" as Address, as: 64513 };
const VIP = "192.0.2.1/32";
const signal = new AbortController().signal;

/** Looks for proofs through the real speaker, as the daemon does after a pass. */
function proverOf(stage: Stage, sockets: Sockets | undefined = new ProcSockets(new SystemCommand())) {
  const prover = new Prover({ speaker: stage.speaker, sockets, clock, reporter: new Reporter(recordingLog().logger) });
  const look = async (prefix = VIP) => {
    const proofs = await prover.look(await stage.observe(), () => true);
    return proofs.get(TOR.address)?.paths.get(prefix as Prefix)?.state;
  };
  return { prover, look };
}

for (const version of gobgpdVersions()) {
  const found = await findGobgpd(version);
  const skip = "missing" in found ? found.missing : (noBird ?? false);
  const binary = "binary" in found ? found.binary : "";

  // fault: session-ends
  test(`gobgpd ${version}: a path is proven at a healthy router; another session has to prove it anew`, {
    skip,
  }, async (t) => {
    const stage = await Stage.set(t);
    const bird = await stage.bird(TOR);
    await stage.up(binary);
    const { prover, look } = proverOf(stage);
    await stage.must(start(), policy, announce(VIP), addPeer(bird.peer));
    await until("the proof", async () => (await look()) === "proven");
    assert.equal(prover.wakeAt, Number.POSITIVE_INFINITY, "nothing to wait for");
    assert.ok((await bird.routes()).includes(`${VIP} via 10.0.0.1`));

    await stage.must(announce("192.0.2.2/32"));
    assert.notEqual(await look("192.0.2.2/32"), "proven", "not in the same moment");
    await until("the second proof", async () => (await look("192.0.2.2/32")) === "proven");
    assert.equal(prover.lost, 0);

    // Somebody else takes it away.
    await stage.must(withdraw("192.0.2.2/32"));
    assert.equal(await look("192.0.2.2/32"), undefined);
    assert.equal(prover.lost, 1);

    bird.tap.cut();
    await until("the session's end", async () => (await look()) !== "proven");
    assert.equal(prover.lost, 2);
    await until("the proof in the next session", async () => (await look()) === "proven");
  });

  // fault: router-hangs
  test(`gobgpd ${version}: what a router that hangs has no room for is not proven, and is once it reads on`, {
    skip,
  }, async (t) => {
    const stage = await Stage.set(t);
    const bird = await stage.bird(TOR);
    await stage.up(binary);
    const { prover, look } = proverOf(stage);
    await stage.must(start(), policy, announce(VIP), addPeer(bird.peer));
    await until("the proof", async () => (await look()) === "proven");
    bird.tap.hang(true);
    // Each with a next hop of its own, or they would share UPDATEs and fit into the window.
    const many = Array.from({ length: 20_000 }, (_, i) => [
      `10.${64 + (i >> 14)}.${(i >> 6) & 255}.${(i & 63) * 4}/32`,
      `10.${(i >> 14) & 255}.${(i >> 7) & 127}.${(i & 127) + 1}`,
    ]);
    await stage.must(...many.map(([prefix = "", hop = ""]) => announce(prefix, hop)));
    await until("bytes that nobody takes", async () => {
      const sockets = await new ProcSockets(new SystemCommand()).toward(new Set([TOR.address]));
      return sockets.some(({ remotePort, unacknowledged }) => remotePort === bird.peer.port && unacknowledged > 0);
    });
    await stage.must(announce("192.0.2.3/32"));
    // gobgpd may still have others of the many to go through.
    await until("the path in what is for the peer", async () => (await look("192.0.2.3/32")) !== undefined);
    for (let looks = 0; looks < 5; looks++) {
      assert.match(String(await look("192.0.2.3/32")), /^(unacknowledged|stuck)$/);
      await wait(200);
    }
    assert.ok(prover.wakeAt < Number.POSITIVE_INFINITY);
    assert.equal(await look(), "proven", "what it has acknowledged before, it has");
    bird.tap.hang(false);
    await until("the proof", async () => (await look("192.0.2.3/32")) === "proven");
    assert.equal(prover.lost, 0);
  });

  test(`gobgpd ${version}: without its socket in sight a path is sent, not proven`, { skip }, async (t) => {
    const stage = await Stage.set(t);
    const bird = await stage.bird(TOR);
    await stage.up(binary);
    const { look } = proverOf(stage, { toward: () => Promise.resolve([]) });
    await stage.must(start(), policy, announce(VIP), addPeer(bird.peer));
    await until("a session", async () => (await stage.speaker.sessions(signal)).size === 1);
    assert.equal(await look(), "sent");
  });
}
