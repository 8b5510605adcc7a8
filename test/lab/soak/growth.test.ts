import assert from "node:assert/strict";
import { test } from "node:test";
import { growthsOf, growthTable, type Sample } from "../../../lab/soak/growth.ts";

/** An hour of samples, one each minute. */
function hour(rss: (minute: number) => number): readonly Sample[] {
  return Array.from({ length: 61 }, (_, minute) => ({
    process: "h1 controller",
    pid: minute < 30 ? 10 : 20,
    at: minute * 60_000,
    rss: rss(minute),
    files: 30,
    children: 1,
  }));
}
const growing = (samples: readonly Sample[]) =>
  growthsOf(samples)
    .filter(({ grows }) => grows)
    .map(({ quantity }) => quantity);

test("what stays as it is does not grow, whatever one sample says", () => {
  assert.deepEqual(growing(hour((minute) => (minute === 50 ? 400 : 100))), []);
});

test("what grows steadily does", () => {
  assert.deepEqual(growing(hour((minute) => 80 + 2 * minute)), ["rss"]);
});

test("what grows in the warm-up only does not", () => {
  assert.deepEqual(growing(hour((minute) => Math.min(120, 40 + 20 * minute))), []);
});

test("less than three samples after the warm-up are no judgement", () => {
  assert.deepEqual(growthsOf(hour(() => 100).slice(0, 2)), []);
  assert.deepEqual(growthsOf([]), []);
});

test("the table has each process with its lives, and says what grows", () => {
  const samples = hour((minute) => 80 + 2 * minute);
  const lines = growthTable(growthsOf(samples), samples);
  assert.match(
    lines.find((line) => line.startsWith("h1 controller")) ?? "",
    /^h1 controller +2 +110 182 200 GROWS +30 30 30 +1 1 1$/,
  );
});
