import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { derive } from "../../src/core/desired.ts";
import { after } from "../../src/core/model.ts";
import { describe } from "../../src/core/op.ts";
import { OWNS_NOTHING } from "../../src/core/ownership.ts";
import { Password, samePassword } from "../../src/core/password.ts";
import { describePeer, peerChanges, samePeer } from "../../src/core/peer.ts";
import { plan } from "../../src/core/plan.ts";
import type { PeerConfig } from "../../src/core/state.ts";
import { summarise } from "../../src/core/status.ts";
import { BARE, health, intent, ip, service } from "../support/world.ts";

const PEER: PeerConfig = { address: ip("10.88.0.253"), as: 65512, port: 179 };
const SIGNED: PeerConfig = { ...PEER, password: new Password("s3cret", "/etc/bgp-lb/router.password") };

test("a password is in nothing that is made of it but for who asks by name", () => {
  const { password } = SIGNED;
  assert.equal(password?.reveal(), "s3cret");
  for (const text of [
    `${password}`,
    JSON.stringify(SIGNED),
    inspect(SIGNED, { showHidden: true, depth: 9, getters: true }),
    describePeer(SIGNED),
    describe({ target: "speaker", kind: "peer.add", peer: SIGNED }),
    ...peerChanges(SIGNED, { ...PEER, password: new Password("other s3cret") }),
    ...Object.values({ ...password }).map(String),
  ])
    assert.doesNotMatch(text, /s3cret/, text);
});

test("passwords are the same by their text, wherever it was read", () => {
  assert.ok(samePassword(new Password("a", "/x"), new Password("a")));
  assert.ok(samePassword(undefined, undefined));
  assert.ok(!samePassword(new Password("a", "/x"), new Password("b", "/x")));
  assert.ok(!samePassword(undefined, new Password("a")));
});

test("each setting of a peer that differs is told in words; gobgpd's own hold time is the same as none", () => {
  const changes = (after: Partial<PeerConfig>) => peerChanges(PEER, { ...PEER, ...after });
  assert.deepEqual(changes({ holdTime: 90 }), []);
  assert.ok(samePeer(PEER, { ...PEER, holdTime: 90 }));
  assert.deepEqual(changes({ holdTime: 9 }), ["hold time 90 s is now 9 s"]);
  assert.deepEqual(changes({ multihop: 2 }), ["multihop off is now 2"]);
  assert.deepEqual(changes({ ttlSecurity: 1, as: 7 }), ["AS 65512 is now 7", "TTL security off is now 1"]);
  assert.deepEqual(peerChanges(PEER, SIGNED), ["it has a password now"]);
  assert.deepEqual(peerChanges(SIGNED, PEER), ["it has no password any more"]);
  assert.deepEqual(peerChanges(SIGNED, { ...PEER, password: new Password("b") }), ["its password is another"]);
  assert.deepEqual(peerChanges(SIGNED, undefined), ["it is not in the config any more"]);
});

test("a peer is described with what is not by default", () => {
  assert.equal(describePeer({ ...PEER, holdTime: 90 }), "AS 65512 port 179");
  assert.equal(
    describePeer({ ...SIGNED, holdTime: 9, multihop: 5 }),
    "AS 65512 port 179, hold time 9 s, multihop 5, with a password",
  );
  assert.equal(describePeer({ ...PEER, ttlSecurity: 1 }), "AS 65512 port 179, TTL security 1");
});

test("a peer whose password, hold time or TTL is another in gobgpd is set; the status says that it is signed, and no more", () => {
  const web = service("web", ["10.88.2.1"]);
  const wanted = { ...SIGNED, holdTime: 9 };
  const desired = derive(intent([web], { peers: [wanted] }), health({ web: "up" }), "serving", true);
  const steps = (there: PeerConfig) => {
    const observed = after(BARE, [
      { target: "speaker", kind: "bgp.start", identity: { as: 65512, routerId: ip("10.88.0.200"), listenPort: -1 } },
      { target: "speaker", kind: "policy.set" },
      { target: "speaker", kind: "peer.add", peer: there },
    ]);
    const ops = plan(desired, observed, OWNS_NOTHING, { blocked: () => false, tearDown: true });
    return ops.map(describe).filter((line) => line.includes("peer"));
  };
  const set = "set peer 10.88.0.253 to AS 65512 port 179, hold time 9 s, with a password";
  assert.deepEqual(steps(wanted), []);
  assert.deepEqual(steps({ ...wanted, password: new Password("s3cret") }), [], "as gobgpd tells it, without a file");
  assert.deepEqual(steps({ ...wanted, password: new Password("old") }), [set]);
  assert.deepEqual(steps({ ...wanted, holdTime: 90 }), [set]);
  assert.deepEqual(steps({ ...wanted, multihop: 2 }), [set]);
  const status = summarise(desired, BARE, new Map(), { conflicts: [], failing: new Map(), left: [] });
  assert.deepEqual(status.peers, [{ ...PEER, holdTime: 9, session: "unknown", signed: true }]);
  assert.ok(!("password" in (status.peers[0] ?? {})));
});
