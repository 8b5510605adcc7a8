import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Crowd } from "../../src/core/crowd.ts";
import type { Change, Event } from "../../src/core/event.ts";
import { concerns, EventRing } from "../../src/core/event.ts";

const CHANGE: Change = { kind: "health", services: ["web"], from: "up", to: "down", reason: "" };

function event(id: number, over: Partial<Event> = {}): Event {
  return { ...CHANGE, id, at: `2026-01-01T00:00:0${id % 10}.000Z`, ...over };
}

test("a ring holds the last entries whatever was added, and hands them out from any place on", () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 60 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 99 }), (steps, most, after) => {
      const ring = new EventRing(most);
      const all: number[] = [];
      for (const step of steps) {
        all.push((all.at(-1) ?? 0) + step);
        ring.add(event(all.at(-1) ?? 0));
      }
      const kept = all.slice(-most);
      const ids = (events: readonly Event[]) => events.map(({ id }) => id);
      assert.deepEqual(ids(ring.read({})), kept);
      assert.deepEqual(ids(ring.read({ limit: 2 })), kept.slice(-2));
      // It may still hold what it need not, and never skips.
      const next = ids(ring.next(after, 5));
      const from = all.indexOf(next[0] ?? -1);
      assert.deepEqual(next, from < 0 ? [] : all.slice(from, from + 5));
      assert.deepEqual(
        next.filter((id) => kept.includes(id)).length > 0 || next.length > 0,
        kept.some((id) => id > after),
      );
      assert.ok(next.every((id) => id > after));
    }),
  );
});

test("an entry concerns those it names, and all where it names nobody or only counts", () => {
  assert.equal(concerns(event(1), { services: ["web"] }), true);
  assert.equal(concerns(event(1), { services: ["dns"] }), false);
  assert.equal(concerns(event(1, { services: [] }), { services: ["dns"] }), true);
  assert.equal(concerns(event(1, { more: 7 }), { services: ["dns"] }), true);
  assert.equal(concerns(event(3), { since: "2026-01-01T00:00:04.000Z" }), false);
  assert.equal(concerns(event(4), { since: "2026-01-01T00:00:04.000Z", after: 3 }), true);
  assert.equal(concerns(event(4), { after: 4 }), false);
});

test("of ten thousand that change alike in one second a hundred are told, and then the number of the others", () => {
  const crowd = new Crowd();
  const many = Array.from({ length: 10_000 }, (_, at): Change => ({ ...CHANGE, services: [`s${at}`] }));
  const other: Change = { ...CHANGE, from: "down", to: "up" };
  assert.deepEqual(crowd.admit([...many, other], 0), [...many.slice(0, 100), other]);
  assert.deepEqual(crowd.admit([CHANGE], 999), []);
  const sum = {
    kind: "health",
    services: [],
    from: "up",
    to: "down",
    reason: "alike, in the same moment",
    more: 9_901,
  };
  assert.deepEqual(crowd.admit([CHANGE], 1_000), [sum, CHANGE]);
  assert.deepEqual(crowd.admit([], 9_000), []);
});
