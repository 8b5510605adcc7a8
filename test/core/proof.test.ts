import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Prefix } from "../../src/core/address.ts";
import type { Sent } from "../../src/core/ports.ts";
import type { Proofs } from "../../src/core/proof.ts";
import { forget, hasNews, isOpen, judge, leaving, lost, NO_PROOFS, see, unacknowledged } from "../../src/core/proof.ts";
import { ip } from "../support/world.ts";

const PEER = ip("192.0.2.1");
const VIP = "10.88.2.1/32" as Prefix;
const OTHER = "10.88.2.2/32" as Prefix;

function sent(updates: number, paths: Readonly<Record<string, string>>, session = "1"): Sent {
  return new Map([[PEER, { session, updates, paths: new Map(Object.entries(paths)) as Map<Prefix, string> }]]);
}

/** One look: what gobgpd sends, then what the socket shows. */
function look(proofs: Proofs, told: Sent, bytes: number | undefined, now: number, session = "1"): Proofs {
  return judge(see(proofs, told, now), new Map([[PEER, bytes]]), new Map([[PEER, session]]), now);
}

const of = (proofs: Proofs, prefix = VIP) => proofs.get(PEER)?.paths.get(prefix)?.state;

test("proven: written, acknowledged, and seen to be so a moment later", () => {
  const first = look(NO_PROOFS, sent(1, { [VIP]: "a" }), 0, 0);
  assert.equal(of(first), "unacknowledged", "the adj-out is ahead of the wire");
  assert.equal(of(look(first, sent(1, { [VIP]: "a" }), 48, 100)), "unacknowledged");
  assert.equal(of(look(first, sent(1, { [VIP]: "a" }), 0, 100)), "proven");
});

test("a gobgpd that has written no UPDATE since the path came has not written the path; after 5 s it has none to write", () => {
  const known = look(NO_PROOFS, sent(7, { [OTHER]: "a" }), 0, 0);
  const both = { [OTHER]: "a", [VIP]: "a" };
  const before = look(known, sent(7, both), 0, 1_000);
  assert.equal(of(look(before, sent(7, both), 0, 2_000)), "unacknowledged");
  assert.equal(of(look(before, sent(8, both), 0, 2_000)), "proven");
  assert.equal(of(look(before, sent(7, both), 0, 6_000)), "proven");
});

test("a new session begins without a proof, and the count goes on over the gap", () => {
  const proven = look(look(NO_PROOFS, sent(1, { [VIP]: "a" }), 0, 0), sent(1, { [VIP]: "a" }), 0, 100);
  const gap = see(proven, new Map(), 200);
  assert.equal(of(gap), undefined);
  assert.equal(
    lost(proven, gap, () => true),
    1,
  );
  const again = look(gap, sent(1, { [VIP]: "a" }, "2"), 0, 300, "2");
  assert.equal(of(look(again, sent(1, { [VIP]: "a" }, "2"), 0, 400, "2")), "unacknowledged");
  assert.equal(of(look(again, sent(2, { [VIP]: "a" }, "2"), 0, 400, "2")), "proven");
});

test("a socket that may be of a later session proves nothing", () => {
  const first = look(NO_PROOFS, sent(1, { [VIP]: "a" }), 0, 0);
  assert.equal(of(look(first, sent(1, { [VIP]: "a" }), 0, 100, "2")), "unacknowledged");
});

test("without a socket it is sent, and that says why", () => {
  const seen = look(NO_PROOFS, sent(1, { [VIP]: "a" }), undefined, 0)
    .get(PEER)
    ?.paths.get(VIP);
  assert.equal(seen?.state, "sent");
  assert.match(seen?.reason ?? "", /TCP socket is not in this network namespace/);
  assert.equal(isOpen(look(NO_PROOFS, sent(1, { [VIP]: "a" }), undefined, 0)), true, "it may come into sight");
});

test("bytes that stay unacknowledged for 5 s are a peer that hangs", () => {
  const first = look(NO_PROOFS, sent(1, { [VIP]: "a" }), 9, 0);
  assert.equal(of(look(first, sent(1, { [VIP]: "a" }), 9, 4_999)), "unacknowledged");
  assert.equal(of(look(first, sent(1, { [VIP]: "a" }), 9, 5_000)), "stuck");
  assert.equal(of(look(first, sent(1, { [VIP]: "a" }), 0, 5_001)), "proven");
});

test("what gobgpd holds back is not proven however long it has been silent, and its proof begins with the release", () => {
  const held = (updates: number, paths: Readonly<Record<string, string>>): Sent =>
    new Map([...sent(updates, paths)].map(([peer, to]) => [peer, { ...to, heldBack: true as const }]));
  const first = look(NO_PROOFS, held(0, { [VIP]: "a", [OTHER]: "a" }), 0, 0);
  assert.equal(of(first), "unacknowledged");
  const later = look(first, held(0, { [VIP]: "a" }), 0, 60_000);
  assert.equal(of(later), "held");
  assert.match(
    later.get(PEER)?.paths.get(VIP)?.reason ?? "",
    /^gobgpd restarts gracefully and holds all UPDATEs to this peer back/,
  );
  assert.equal(of(look(later, held(0, { [VIP]: "a" }), undefined, 70_000)), "held", "nor is it sent");
  assert.deepEqual([...leaving(look(later, held(0, { [VIP]: "a" }), 0, 70_000))], [OTHER], "nor was a withdrawal");
  const released = look(later, sent(0, { [VIP]: "a" }), 0, 70_000);
  assert.equal(of(released), "unacknowledged", "not written yet");
  assert.equal(hasNews(later, released), true, "it is looked at again at once");
  const written = look(released, sent(2, { [VIP]: "a" }), 0, 70_100);
  assert.deepEqual([of(written), [...leaving(written)]], ["proven", []]);
});

test("what is lost counts where it is still wanted; what we change ourselves is forgotten, not lost", () => {
  const proven = look(look(NO_PROOFS, sent(1, { [VIP]: "a" }), 0, 0), sent(1, { [VIP]: "a" }), 0, 100);
  const gone = see(proven, sent(2, {}), 200);
  assert.equal(
    lost(proven, gone, () => true),
    1,
  );
  assert.equal(
    lost(proven, gone, () => false),
    0,
  );
  assert.equal(
    lost(proven, see(proven, sent(2, { [VIP]: "b" }), 200), () => true),
    1,
    "another path in its place",
  );
  const forgotten = forget(proven, new Set([VIP]), 0);
  assert.equal(of(forgotten), undefined);
  assert.equal(
    lost(forgotten, see(forgotten, sent(2, {}), 200), () => true),
    0,
  );
});

test("a path that left is leaving until its withdrawal was written and acknowledged; what returns is not", () => {
  const proven = look(look(NO_PROOFS, sent(1, { [VIP]: "a" }), 0, 0), sent(1, { [VIP]: "a" }), 0, 100);
  assert.deepEqual([...leaving(proven)], []);
  for (const begun of [proven, forget(proven, new Set([VIP]), 150)]) {
    const left = look(begun, sent(1, {}), 0, 200);
    assert.deepEqual([[...leaving(left)], isOpen(left)], [[VIP], true], "not written");
    assert.deepEqual([...leaving(look(left, sent(2, {}), 23, 300))], [VIP], "not acknowledged");
    assert.deepEqual([...leaving(look(left, sent(2, {}), 23, 9_000))], [VIP], "a router that hangs still has it");
    assert.deepEqual([...leaving(look(left, sent(2, {}), 0, 300))], []);
    assert.deepEqual([...leaving(look(left, sent(2, {}), undefined, 300))], [], "more cannot be told");
    assert.deepEqual([...leaving(look(left, sent(1, {}, "2"), 0, 300, "2"))], [], "the session took it away");
    assert.deepEqual([...leaving(see(left, new Map(), 300))], []);
    assert.deepEqual([...leaving(look(left, sent(2, { [VIP]: "a" }), 0, 300))], []);
  }
  assert.equal(hasNews(proven, see(proven, sent(1, {}), 200)), true);
});

test("news are paths that were not there in this form; what is proven is not open", () => {
  const first = see(NO_PROOFS, sent(1, { [VIP]: "a" }), 0);
  assert.equal(hasNews(NO_PROOFS, first), true);
  assert.equal(hasNews(first, see(first, sent(1, { [VIP]: "a" }), 50)), false);
  assert.equal(hasNews(first, see(first, sent(1, { [VIP]: "b" }), 50)), true);
  const proven = look(first, sent(1, { [VIP]: "a" }), 0, 100);
  assert.equal(isOpen(proven), false);
  assert.equal(isOpen(see(proven, sent(1, { [VIP]: "a", [OTHER]: "a" }), 200)), true);
});

test("a session's socket has the BGP port at one of its ends; of two that crossed both count", () => {
  const socket = (localPort: number, remotePort: number, bytes: number) => ({
    localPort,
    remote: PEER,
    remotePort,
    unacknowledged: bytes,
  });
  const peers = [{ address: PEER, port: 179 }];
  const seen = (...sockets: ReturnType<typeof socket>[]) => unacknowledged(sockets, peers, 1790).get(PEER);
  assert.equal(seen(socket(40_000, 179, 5)), 5);
  assert.equal(seen(socket(1790, 40_000, 5)), 5);
  assert.equal(seen(socket(40_000, 179, 5), socket(1790, 40_000, 2)), 7);
  assert.equal(seen(socket(40_000, 443, 5)), undefined);
});

test("property: whatever is seen, nothing is proven in a session whose socket was not seen empty in that same session", () => {
  const step = fc.record({
    session: fc.constantFrom("1", "2"),
    updates: fc.integer({ min: 0, max: 3 }),
    there: fc.boolean(),
    bytes: fc.constantFrom(0, 9, undefined),
    later: fc.constantFrom("same", "other"),
    ms: fc.constantFrom(10, 200, 6_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let [proofs, now, empty, session] = [NO_PROOFS, 0, false, ""];
      for (const one of steps) {
        now += one.ms;
        if (one.session !== session || !one.there) empty = false;
        session = one.session;
        const after = one.later === "same" ? one.session : "3";
        if (one.there && one.bytes === 0 && one.later === "same") empty = true;
        proofs = look(proofs, sent(one.updates, one.there ? { [VIP]: "a" } : {}, session), one.bytes, now, after);
        if (of(proofs) === "proven") assert.equal(empty, true);
      }
    }),
  );
});
