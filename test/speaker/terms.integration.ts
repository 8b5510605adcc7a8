import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Address } from "../../src/core/address.ts";
import { Password, samePassword } from "../../src/core/password.ts";
import type { PeerConfig } from "../../src/core/state.ts";
import type { BirdOptions } from "../support/bird.ts";
import { birdMissing } from "../support/bird.ts";
import { freePort } from "../support/free-port.ts";
import { findGobgpd, gobgpdVersions } from "../support/gobgpd.ts";
import { md5Missing } from "../support/md5.ts";
import { type Drop, tcpDrops } from "../support/tcp-drops.ts";
import { until } from "../support/until.ts";
import { addPeer, deletePeer, policy, Stage, start, updatePeer } from "./stage.ts";

const noBird = await birdMissing();
const noMd5 = await md5Missing();
const ROUTER = { address: "127.0.0.2" as Address, as: 64513 };
const [RIGHT, WRONG] = [new Password("s3cret"), new Password("another")];

/** A gobgpd that is told of a BIRD past the tap, which would not pass on TTLs and signatures. */
async function stageOf(t: TestContext, binary: string, options: Partial<BirdOptions>, listenPort = -1) {
  const stage = await Stage.set(t);
  const bird = await stage.bird({ ...ROUTER, ...options });
  await stage.up(binary);
  await stage.must(start({ listenPort }), policy);
  const peer = (terms: Partial<PeerConfig>): PeerConfig => ({ ...bird.untapped, ...terms });
  const session = async () => (await stage.observe()).peers.get(ROUTER.address)?.session;
  const stands = () => until("the session", async () => (await session()) === "established", { found: session });
  /** Resolves when the kernel has dropped what one side sent; the other can take the session for established until its hold time ends, but not both. */
  const refused = async (why: Drop, before: number) => {
    await until(`a drop for ${why}`, async () => (await tcpDrops(why)) > before);
    assert.ok((await session()) !== "established" || (await bird.holdTime()) === undefined);
  };
  return { stage, bird, peer, stands, refused };
}

for (const version of gobgpdVersions()) {
  const gobgpd = await findGobgpd(version);
  const skip = "missing" in gobgpd ? gobgpd.missing : (noBird ?? false);
  const binary = "binary" in gobgpd ? gobgpd.binary : "";

  test(`gobgpd ${version}: a hold time is agreed on with the router; another one begins a new session with it`, {
    skip,
  }, async (t) => {
    const { stage, bird, peer, stands } = await stageOf(t, binary, { holdTime: 30 });
    await stage.must(addPeer(peer({ holdTime: 9 })));
    await stands();
    assert.equal(await bird.holdTime(), 9);
    assert.equal((await stage.observe()).peers.get(ROUTER.address)?.holdTime, 9);
    await stage.must(updatePeer(peer({ holdTime: 12 })));
    await until("the new hold time", async () => (await bird.holdTime()) === 12);
    await stage.must(updatePeer(peer({})));
    await until("the router's own, which is the smaller", async () => (await bird.holdTime()) === 30);
  });

  test(`gobgpd ${version}: multihop reaches a router that counts hops, and TTL security refuses one that does not`, {
    skip,
  }, async (t) => {
    const { stage, bird, peer, stands, refused } = await stageOf(t, binary, { ttlSecurity: 2 });
    const before = await tcpDrops("TCPMinTTLDrop");
    await stage.must(addPeer(peer({})));
    await refused("TCPMinTTLDrop", before);
    // It holds on to the connection whose packets it drops, the last one too.
    await bird.kill();
    await stage.must(updatePeer(peer({ multihop: 255 })));
    await bird.startAgain();
    await stands();
    await stage.must(updatePeer(peer({ ttlSecurity: 1 })));
    await stands();
    const found = (await stage.observe()).peers.get(ROUTER.address);
    assert.deepEqual([found?.multihop, found?.ttlSecurity], [undefined, 1]);
  });

  // The router's packets leave with TTL 64.
  test(`gobgpd ${version}: TTL security refuses a router that does not do the same`, { skip }, async (t) => {
    const { stage, peer, stands, refused } = await stageOf(t, binary, {});
    const before = await tcpDrops("TCPMinTTLDrop");
    await stage.must(addPeer(peer({ ttlSecurity: 1 })));
    await refused("TCPMinTTLDrop", before);
    await stage.must(updatePeer(peer({ ttlSecurity: 192 })));
    await stands();
  });

  // fault: peer-password-wrong
  test(`gobgpd ${version}: a session with the right password stands, whoever dials; with a wrong one, or without, it does not`, {
    skip: skip || (noMd5 ?? false),
  }, async (t) => {
    const active = await stageOf(t, binary, { password: RIGHT.reveal() });
    let before = await tcpDrops("TCPMD5Failure");
    await active.stage.must(addPeer(active.peer({ password: WRONG })));
    await active.refused("TCPMD5Failure", before);
    await active.stage.must(updatePeer(active.peer({ password: RIGHT })));
    await active.stands();
    assert.ok(samePassword((await active.stage.observe()).peers.get(ROUTER.address)?.password, RIGHT));
    before = await tcpDrops("TCPMD5NotFound");
    await active.stage.must(updatePeer(active.peer({})));
    await active.refused("TCPMD5NotFound", before);
    assert.ok(!active.stage.gobgpd.log.includes(RIGHT.reveal()), "gobgpd's log has no password");
  });

  // 12 of twelve.integration.ts.
  test(`gobgpd ${version}: a peer that was deleted with its password comes back without one, over the socket that gobgpd listens on`, {
    skip: skip || (noMd5 ?? false),
  }, async (t) => {
    const dials = await freePort("127.0.0.1");
    const signed = await stageOf(t, binary, { password: RIGHT.reveal(), dials }, dials);
    // gobgpd's own calls go where nobody listens.
    const peer = { ...signed.peer({}), port: 9 };
    await signed.stage.must(addPeer({ ...peer, password: RIGHT, holdTime: 30 }));
    await signed.stands();
    await signed.stage.must(updatePeer({ ...peer, password: RIGHT, holdTime: 9 }));
    await until("the new hold time", async () => (await signed.bird.holdTime()) === 9);
    await signed.stage.must(deletePeer(peer.address));
    await signed.bird.kill();
    await signed.stage.bird({ ...ROUTER, dials });
    await signed.stage.must(addPeer(peer));
    await signed.stands();
  });
}
