import { type Column, table } from "../src/cli/table.ts";
import { fitted, type Look } from "../src/cli/terminal.ts";
import type { Answer, Bench } from "./bench.ts";
import { ratio, spread, times } from "./row.ts";

/** What the table has, which docs/bench.md shows. */
export const COLUMNS: readonly Column[] = [
  { head: "bench" },
  { head: "what" },
  { head: "ours", right: true },
  { head: "baseline", right: true },
  { head: "ratio", right: true },
  { head: "n", right: true },
  { head: "the baseline is" },
];

const LEGEND = "Medians of n samples (least..most); ratio: ours by baseline, below 1 is less than the baseline.";

/** The lines of a run: the table, how to read it, and what could not be measured. */
export function report(
  results: readonly { readonly bench: Bench; readonly answer: Answer }[],
  machine: string,
  look: Look,
): readonly string[] {
  const rows = results.flatMap(({ bench, answer }) =>
    ("rows" in answer ? answer.rows : []).map((row) => [
      bench.name,
      row.what,
      spread(row.ours, row.unit),
      spread(row.baseline, row.unit),
      times(ratio(row)),
      String(row.ours.length),
      row.against,
    ]),
  );
  const notes = results.flatMap(({ bench, answer }) => {
    if ("rows" in answer) return [`${bench.name}: ${bench.reading}`];
    return "skipped" in answer
      ? [`skipped: ${bench.name}: ${answer.skipped}`]
      : [`BROKEN: ${bench.name}: ${answer.broken}`];
  });
  const shown = rows.length === 0 ? [] : [...table(COLUMNS, rows, look), "", ...fitted([LEGEND], look)];
  return [...shown, ...fitted(notes, look), machine];
}
