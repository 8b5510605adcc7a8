import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer, Bench } from "../../bench/bench.ts";
import { report } from "../../bench/report.ts";
import { inTurn } from "../../bench/samples.ts";

const LOOK = { columns: undefined, colour: false };

function bench(name: string): Bench {
  return {
    name,
    about: `about ${name}`,
    reading: `how to read ${name}`,
    needs: "nothing",
    measure: () => Promise.resolve([]),
  };
}

test("a report has a row for each thing measured, what could not be, and the machine", () => {
  const answers: Record<string, Answer> = {
    quick: {
      rows: [
        { what: "one thing", unit: "ms", ours: [1, 2, 3], baseline: [10, 20, 400], against: "other 1.0" },
        { what: "another thing", unit: "us", ours: [1500], baseline: [1000], against: "other 1.0" },
      ],
    },
    lame: { skipped: "no legs" },
    bad: { broken: "Error: no" },
  };
  const results = Object.entries(answers).map(([name, answer]) => ({ bench: bench(name), answer }));
  assert.deepEqual(report(results, "1 core", LOOK), [
    "bench  what                              ours                 baseline  ratio  n  the baseline is",
    "quick  one thing         2.00 ms (1.00..3.00)      20.0 ms (10.0..400)    0.1  3  other 1.0",
    "quick  another thing  1,500 us (1,500..1,500)  1,000 us (1,000..1,000)    1.5  1  other 1.0",
    "",
    "Medians of n samples (least..most); ratio: ours by baseline, below 1 is less than the baseline.",
    "quick: how to read quick",
    "skipped: lame: no legs",
    "BROKEN: bad: Error: no",
    "1 core",
  ]);
});

test("samples are taken in turn, the first of each uncounted, and who comes first changes", async () => {
  const order: string[] = [];
  const work = (name: string) => () => Promise.resolve(order.push(name));
  const { ours, baseline } = await inTurn(3, work("ours"), work("baseline"));
  assert.equal(order.join(" "), "ours baseline ours baseline baseline ours ours baseline");
  assert.deepEqual(
    [ours, baseline],
    [
      [3, 6, 7],
      [4, 5, 8],
    ],
  );
});
