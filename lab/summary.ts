import { type ActResult, losses } from "./story.ts";
import type { RequestReport } from "./traffic.ts";

/** The table at the end: what each act cost the clients, and what the router saw of it. */
export function summary(
  results: readonly ActResult[],
  requests: readonly RequestReport[],
  acts: number,
): readonly string[] {
  const rows = results.map((result, index) => {
    const { requests: count, errors, seconds } = losses(result, requests);
    const heard = ["announced", "withdrawn", "lost", "repeated", "refused"]
      .filter((kind) => result.heard[kind] !== undefined)
      .map((kind) => `${result.heard[kind]} ${kind}`);
    const verdict = result.failure === undefined ? "held" : "FAILED";
    return [
      String(index + 1),
      String(count),
      String(errors),
      seconds.toFixed(1),
      heard.join(", ") || "nothing",
      verdict,
      result.title,
    ];
  });
  const head = ["act", "requests", "errors", "s of loss", "the router saw", ""];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column < 4 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ");
  const held = results.filter((result) => result.failure === undefined).length;
  const first = results.find((result) => result.failure !== undefined);
  return [
    "",
    line(head).trimEnd(),
    ...rows.map((row) => line(row.slice(0, 6)).trimEnd()),
    "",
    ...rows.map((row) => `${row[0]?.padStart(3)}  ${row[6]}`),
    "",
    ...(first === undefined ? [] : [`${first.title}: ${first.failure}`, ""]),
    held === acts ? `The story held: ${acts} acts.` : `The story did not hold: ${held} of ${acts} acts.`,
  ];
}
