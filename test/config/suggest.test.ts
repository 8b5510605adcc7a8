import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { editDistance, suggest } from "../../src/config/suggest.ts";

test("slips are understood, other words are not", () => {
  const known = ["servicePort", "targetLocalPort", "protocol", "ip", "vips", "name"];
  for (const [word, meant] of [
    ["sevicePort", "servicePort"],
    ["targetPort", undefined],
    ["protcol", "protocol"],
    ["vip", "ip"],
    ["nmae", "name"],
    ["x", undefined],
    ["colour", undefined],
    ["a".repeat(100_000), undefined],
  ] as const) {
    assert.equal(suggest(word, known), meant, word.slice(0, 20));
  }
});

test("the distance is a distance", () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      assert.equal(editDistance(a, b), editDistance(b, a));
      assert.equal(editDistance(a, b) === 0, a === b);
      assert.ok(editDistance(a, b) <= Math.max(a.length, b.length));
    }),
  );
});
