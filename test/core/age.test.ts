import assert from "node:assert/strict";
import { test } from "node:test";
import { ageWords } from "../../src/core/age.ts";

test("an age has the two units that matter", () => {
  const told = [0, 7.9, 59, 60, 192, 3_599, 3_600, 7_500, 86_399, 86_400, 367_200, -3].map(ageWords);
  const right = ["0s", "7s", "59s", "1m", "3m12s", "59m59s", "1h", "2h05m", "23h59m", "1d", "4d06h", "0s"];
  assert.deepEqual(told, right);
});
