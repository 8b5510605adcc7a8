import type { Look, Tone } from "./terminal.ts";
import { paint, printable, wrap } from "./terminal.ts";

export type Cell = string | { readonly text: string; readonly tone: Tone };

export interface Column {
  /** Empty where no column has a head: then there is no line of heads. */
  readonly head: string;
  /** Numbers stand below each other by their last digit. */
  readonly right?: boolean;
}

const GAP = "  ";
/** The last column has at least so many characters beside the others, or a line of its own below them. */
const LEAST = 32;
const BELOW = "    ";

/** Rows in columns as wide as they have to be; a column without any text is left out. Where lines have an end, the last column is broken at it. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], look: Look): readonly string[] {
  const used = columns
    .map((column, at) => ({ ...column, at }))
    .filter(({ at }) => rows.some((row) => textOf(row[at]) !== ""));
  const widths = used.map(({ head, at }) => Math.max(head.length, ...rows.map((row) => textOf(row[at]).length)));
  const heads = used.map(({ head }) => ({ text: head, tone: "quiet" as const }));
  const picked = rows.map((row) => used.map(({ at }) => row[at] ?? ""));
  const all = heads.some(({ text }) => text !== "") ? [heads, ...picked] : picked;
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const room = look.columns === undefined ? Number.POSITIVE_INFINITY : look.columns - before;
  return all.flatMap((row) => {
    const cells = row.map((cell, at) => pad(cell, widths[at] ?? 0, used[at]?.right === true, look));
    const last = row.at(-1) ?? "";
    const first = cells.slice(0, -1).join(GAP);
    const fits = textOf(last).length <= room;
    if (fits || row === heads) return [`${first}${first === "" ? "" : GAP}${cells.at(-1) ?? ""}`.trimEnd()];
    const below = room < LEAST;
    const width = below ? (look.columns ?? 0) - BELOW.length : room;
    const lines = wrap(textOf(last), width).map((line) => paint(line, toneOf(last), look));
    if (below) return [first.trimEnd(), ...lines.map((line) => `${BELOW}${line}`)];
    return lines.map((line, at) =>
      at === 0 ? `${first}${first === "" ? "" : GAP}${line}` : `${" ".repeat(before)}${line}`,
    );
  });
}

function pad(cell: Cell, width: number, right: boolean, look: Look): string {
  const text = textOf(cell);
  const space = " ".repeat(Math.max(0, width - text.length));
  const painted = paint(text, toneOf(cell), look);
  return right ? `${space}${painted}` : `${painted}${space}`;
}

function textOf(cell: Cell | undefined): string {
  return printable(typeof cell === "object" ? cell.text : (cell ?? ""));
}

function toneOf(cell: Cell): Tone {
  return typeof cell === "object" ? cell.tone : "plain";
}
