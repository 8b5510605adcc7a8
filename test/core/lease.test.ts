import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Prefix } from "../../src/core/address.ts";
import type { LeaseNews, LeaseTerms } from "../../src/core/lease.ts";
import { dropped, dueAt, isDue, NO_LEASE, remaining, renewed, takenOver } from "../../src/core/lease.ts";
import { describe } from "../../src/core/op.ts";
import type { Path } from "../../src/core/path.ts";
import { ip } from "../support/world.ts";

const TERMS: LeaseTerms = { term: 5_000, onLost: "withdraw", handover: 60_000 };
const HOLD: LeaseNews = { kind: "hold", terms: TERMS, prefixes: ["10.88.2.1/32" as Prefix] };

test("nothing is due before somebody holds something, and nothing after a goodbye", () => {
  assert.equal(isDue(NO_LEASE, 1e12), false);
  const held = renewed(NO_LEASE, HOLD, 0);
  assert.equal(isDue(renewed(held, { kind: "bye" }, 1), 1e12), false);
  assert.equal(isDue(renewed(NO_LEASE, { ...HOLD, prefixes: [] }, 0), 1e12), false, "nothing is announced");
});

test("the lease ends one term after the last word, and a handover's later", () => {
  const held = renewed(NO_LEASE, HOLD, 1_000);
  assert.deepEqual([isDue(held, 5_999), isDue(held, 6_000)], [false, true]);
  const again = renewed(held, { kind: "renew" }, 5_000);
  assert.deepEqual([isDue(again, 9_999), isDue(again, 10_000)], [false, true]);
  const left = renewed(again, { kind: "handover" }, 6_000);
  assert.deepEqual([isDue(left, 65_999), isDue(left, 66_000)], [false, true]);
  assert.equal(isDue({ ...held, lost: true }, 1e12), false, "it is acted upon once");
  assert.equal(dueAt({ ...held, lost: true }), Number.POSITIVE_INFINITY, "and nobody waits for it any more");
});

test("without a term announcements outlive the controller, but not a handover", () => {
  const held = renewed(NO_LEASE, { ...HOLD, terms: { ...TERMS, term: 0 } }, 0);
  assert.equal(isDue(held, 1e12), false);
  assert.equal(isDue(renewed(held, { kind: "handover" }, 0), 60_000), true);
});

test("a guard that was restarted gives a whole term before it judges", () => {
  const over = takenOver({ terms: TERMS, prefixes: ["10.88.2.1/32" as Prefix] }, 100);
  assert.deepEqual([isDue(over, 5_099), isDue(over, 5_100)], [false, true]);
});

test("whatever is heard, a lease that is renewed in time is never due, and one that is not always is", () => {
  const pause = fc.nat({ max: 4_999 });
  const word = fc.constantFrom<LeaseNews>(HOLD, { kind: "renew" });
  fc.assert(
    fc.property(fc.array(fc.tuple(pause, word)), (words) => {
      let [now, lease] = [0, renewed(NO_LEASE, HOLD, 0)];
      for (const [wait, news] of words) {
        now += wait;
        assert.equal(isDue(lease, now), false);
        lease = renewed(lease, news, now);
      }
      assert.equal(isDue(lease, now + TERMS.term), true);
    }),
  );
});

test("what is left to do once it is lost: what still stands is withdrawn, or demoted once, or kept; what is not ours is not touched", () => {
  const [ours, other] = ["10.88.2.1/32" as Prefix, "10.88.2.9/32" as Prefix];
  const path = (prefix: Prefix): [Prefix, Path] => [prefix, { prefix, nextHop: ip("10.88.0.200"), med: 5 }];
  const left = (onLost: LeaseTerms["onLost"], paths: ReadonlyMap<Prefix, Path>) =>
    remaining(renewed(NO_LEASE, { ...HOLD, prefixes: [ours], terms: { ...TERMS, onLost } }, 0), paths);
  const standing = new Map<Prefix, Path>([path(ours), path(other)]);
  assert.deepEqual(left("keep", standing), []);
  assert.deepEqual(left("withdraw", standing).map(describe), ["withdraw 10.88.2.1/32"]);
  assert.deepEqual(left("withdraw", new Map([path(other)])), []);
  const [worse, ...rest] = left("demote", standing);
  assert.ok(worse?.kind === "path.announce");
  assert.deepEqual(
    [describe(worse), rest],
    ["announce 10.88.2.1/32 next hop 10.88.0.200, MED 1000005, communities 65535:0", []],
  );
  assert.deepEqual(left("demote", new Map([[ours, worse.path], path(other)])), []);
  assert.deepEqual(left("demote", new Map()), []);
});

test("what a new hold does not name is dropped, and nothing by one that names more", () => {
  const held = renewed(NO_LEASE, { ...HOLD, prefixes: ["10.88.2.1/32", "10.88.2.2/32"] as Prefix[] }, 0);
  assert.deepEqual(dropped(held, ["10.88.2.2/32", "10.88.2.3/32"] as Prefix[]), ["10.88.2.1/32"]);
  assert.deepEqual(dropped(held, ["10.88.2.1/32", "10.88.2.2/32", "10.88.2.3/32"] as Prefix[]), []);
  assert.deepEqual(dropped(renewed(held, { kind: "bye" }, 1), []), [], "nor after a goodbye");
});
