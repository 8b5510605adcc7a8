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

/** Where all columns but the last are wider than a line, the widest of them is broken, down to so many characters. */
const NARROWEST = 16;

/** Rows in columns as wide as they have to be; a column without any text is left out. Where lines have an end, the last column is broken at it. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], look: Look): readonly string[] {
  const used = columns
    .map((column, at) => ({ ...column, at }))
    .filter(({ at }) => rows.some((row) => textOf(row[at]) !== ""));
  const widths = used.map(({ head, at }) => Math.max(head.length, ...rows.map((row) => textOf(row[at]).length)));
  const heads = used.map(({ head }) => ({ text: head, tone: "quiet" as const }));
  const picked = rows.map((row) => used.map(({ at }) => row[at] ?? ""));
  const all = heads.some(({ text }) => text !== "") ? [heads, ...picked] : picked;
  narrow(widths, look.columns);
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const room = look.columns === undefined ? Number.POSITIVE_INFINITY : look.columns - before;
  const below = room < LEAST;
  return all.flatMap((row) => {
    const last = row.at(-1) ?? "";
    const cells = row.slice(0, -1).map((cell, at) => linesOf(textOf(cell), widths[at] ?? 0));
    const height = Math.max(1, ...cells.map((lines) => lines.length));
    const firsts = Array.from({ length: height }, (_, line) =>
      row
        .slice(0, -1)
        .map((cell, at) => pad(part(cell, cells[at]?.[line]), widths[at] ?? 0, used[at]?.right === true, look))
        .join(GAP),
    );
    const fits = textOf(last).length <= Math.max(0, room);
    if (!fits && row === heads) return firsts.map((line) => line.trimEnd());
    const width = fits ? room : below ? (look.columns ?? 0) - BELOW.length : room;
    const lasts = (fits ? [textOf(last)] : wrap(textOf(last), width)).map((line) => part(last, line));
    if (!fits && below)
      return [...firsts.map((line) => line.trimEnd()), ...lasts.map((cell) => `${BELOW}${painted(cell, look)}`)];
    const gap = before === 0 ? "" : GAP;
    return Array.from({ length: Math.max(height, lasts.length) }, (_, line) => {
      const cell = lasts[line] ?? "";
      const end = used.at(-1)?.right === true ? pad(cell, widths.at(-1) ?? 0, true, look) : painted(cell, look);
      return `${before === 0 ? "" : (firsts[line] ?? " ".repeat(before - GAP.length))}${gap}${end}`.trimEnd();
    });
  });
}

/** Takes from the widest column what the line is too short for, as far as it can give. */
function narrow(widths: number[], columns = Number.POSITIVE_INFINITY): void {
  const last = widths.at(-1) ?? 0;
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  // A short last column stays beside the others; a long one has lines of its own.
  const over = (last < LEAST ? before + last : before - GAP.length) - columns;
  const widest = widths.slice(0, -1).reduce((best, width, at) => (width > (widths[best] ?? 0) ? at : best), 0);
  const has = widths[widest] ?? 0;
  if (over > 0 && has - over >= NARROWEST) widths[widest] = has - over;
}

/** What fits stays as it is, with the spaces that it begins with. */
function linesOf(text: string, width: number): readonly string[] {
  return text.length <= width ? [text] : wrap(text, width);
}

function part(cell: Cell, text = ""): Cell {
  return { text, tone: toneOf(cell) };
}

function painted(cell: Cell, look: Look): string {
  return paint(textOf(cell), toneOf(cell), look);
}

function pad(cell: Cell, width: number, right: boolean, look: Look): string {
  const text = textOf(cell);
  const space = " ".repeat(Math.max(0, width - text.length));
  const shown = paint(text, toneOf(cell), look);
  return right ? `${space}${shown}` : `${shown}${space}`;
}

function textOf(cell: Cell | undefined): string {
  return printable(typeof cell === "object" ? cell.text : (cell ?? ""));
}

function toneOf(cell: Cell): Tone {
  return typeof cell === "object" ? cell.tone : "plain";
}
