import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { formatDuration } from "../../src/health/duration.ts";
import { durationSchema } from "../../src/health/duration-schema.ts";

for (const [text, milliseconds] of [
  ["1s", 1000],
  ["300ms", 300],
  ["2m", 120_000],
  ["1h", 3_600_000],
  ["0.5s", 500],
  ["1.5m", 90_000],
] as const)
  test(`${text} is ${milliseconds} milliseconds`, () => assert.equal(durationSchema.parse(text), milliseconds));

for (const wrong of ["1", "", "1 s", "-1s", "1S", "s", "1d", ".5s", "1s1s", 1, null, "0s", "0.1ms", "600h"])
  test(`${JSON.stringify(wrong)} is refused with an example`, () => {
    const { error } = durationSchema.safeParse(wrong);
    assert.equal(error?.issues.length, 1);
    assert.match(error?.issues[0]?.message ?? "", /would be right: "1s", "300ms", "2m"$/);
  });

test("its JSON Schema is the text that an operator writes", () => {
  const { type, default: value } = z.toJSONSchema(durationSchema.prefault("3s"), { io: "input" });
  assert.deepEqual({ type, value }, { type: "string", value: "3s" });
});

test("messages use the largest unit without a fraction", () => {
  assert.deepEqual([3000, 1500, 300, 120_000, 7_200_000].map(formatDuration), [
    "3 s",
    "1500 ms",
    "300 ms",
    "2 m",
    "2 h",
  ]);
});
