import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { failing, oneLine } from "../../src/health/result.ts";

test("a reason loses colours, line ends and text direction marks", () => {
  assert.deepEqual(failing("\u001b[31mred\u001b[0m\r\nINFO\tall well \u202egnp\u2028x\0"), {
    ok: false,
    reason: "red INFO all well gnp x",
  });
});

test("a long reason ends with an ellipsis after 200 characters, and no character is cut in half", () => {
  assert.equal([...oneLine("x".repeat(5000))].length, 200);
  assert.equal([...oneLine("😀".repeat(5000))].at(-1), "…");
});

test("any text becomes one printable line of at most 200 characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (text) => {
      const line = oneLine(text);
      assert.ok([...line].length <= 200);
      assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
  );
});
