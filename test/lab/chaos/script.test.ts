import assert from "node:assert/strict";
import { test } from "node:test";
import { KIND_NAMES } from "../../../lab/chaos/kinds.ts";
import { scriptOf } from "../../../lab/chaos/script.ts";

test("equal seeds have equal faults, others have others", () => {
  assert.deepEqual(scriptOf(1, 100, 3), scriptOf(1, 100, 3));
  assert.notDeepEqual(scriptOf(1, 100, 3), scriptOf(2, 100, 3));
});

test("a longer run begins like a shorter one, but for the times", () => {
  const bare = (count: number) => scriptOf(3, count, 3).map(({ kind, host, length }) => [kind, host, length]);
  assert.deepEqual(bare(100).slice(0, 20), bare(20));
});

test("each kind comes once before one comes again; no host is hit twice in a row", () => {
  for (const seed of [0, 1, 2, 3]) {
    const script = scriptOf(seed, 100, 3);
    for (let from = 0; from + KIND_NAMES.length <= script.length; from += KIND_NAMES.length) {
      const kinds = script.slice(from, from + KIND_NAMES.length).map(({ kind }) => kind);
      assert.deepEqual(kinds.toSorted(), [...KIND_NAMES].sort());
    }
    for (const [at, { host }] of script.entries()) assert.notEqual(host, script[at - 1]?.host);
    assert.deepEqual([...new Set(script.map(({ host }) => host))].sort(), [0, 1, 2]);
  }
});

test("faults are spread over the whole time, in order", () => {
  const times = scriptOf(1, 50, 3).map(({ at }) => at);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  assert.ok((times[0] ?? 1) < 0.02 && (times.at(-1) ?? 0) > 0.97 && (times.at(-1) ?? 1) < 1);
});

test("one host alone can be hit again and again", () => {
  assert.deepEqual(new Set(scriptOf(1, 5, 1).map(({ host }) => host)), new Set([0]));
});
