import assert from "node:assert/strict";
import { test } from "node:test";
import { figure, median, ratio, spread, times } from "../../bench/row.ts";

test("the median is the one in the middle by size, or the mean of the two there", () => {
  assert.equal(median([10, 9, 100]), 10);
  assert.equal(median([4, 1, 3, 100]), 3.5);
  assert.equal(median([7]), 7);
  const samples = [3, 1, 2];
  median(samples);
  assert.deepEqual(samples, [3, 1, 2]);
  assert.throws(() => median([]), RangeError);
});

test("a ratio is that of the medians, ours by the baseline's", () => {
  assert.equal(ratio({ ours: [1, 2, 99], baseline: [8, 400, 4] }), 0.25);
  assert.equal(ratio({ ours: [30], baseline: [10] }), 3);
});

test("figures have the digits that tell something", () => {
  assert.deepEqual([0.123, 9.876, 12.345, 123.4, 12_345.6, -71.61].map(figure), [
    "0.12",
    "9.88",
    "12.3",
    "123",
    "12,346",
    "-71.6",
  ]);
  assert.deepEqual([0.002_14, 0.5, 1.04, 9.96, 12.3].map(times), ["0.0021", "0.5", "1", "10", "12"]);
});

test("a spread is the median between the least and the most", () => {
  assert.equal(spread([250, 9.5, 41.2], "ms"), "41.2 ms (9.50..250)");
});
