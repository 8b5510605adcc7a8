import { ageWords } from "../core/age.ts";
import type { Event } from "../core/event.ts";
import type { Cell, Column } from "./table.ts";
import { table } from "./table.ts";
import type { Look, Tone } from "./terminal.ts";

/** Of lines that come one by one nobody knows the widest: columns are at least so wide. */
const LEAST = { kind: 12, subject: 15 } as const;

const COLUMNS: readonly Column[] = [{ head: "" }, { head: "" }, { head: "" }, { head: "" }];

/** Entries of the journal, in lines. */
export function eventLines(events: readonly Event[], look: Look): readonly string[] {
  return table(COLUMNS, events.map(row), look);
}

function row(event: Event): readonly Cell[] {
  const { at, kind, from, to, reason } = event;
  const changed = `${from} -> ${to}`;
  const times = [
    ...(event.stood === undefined ? [] : [`after ${spanWords(event.stood)}`]),
    ...(event.took === undefined ? [] : [`took ${spanWords(event.took)}`]),
    ...(event.more === undefined ? [] : [`${event.more} more`]),
  ];
  const what = event.what !== undefined && kind !== "check" && kind !== "server" ? [event.what] : [];
  const said = [changed, ...(times.length > 0 ? [`(${times.join(", ")})`] : []), [...what, reason].join(": ")];
  return [
    at,
    kind.padEnd(LEAST.kind),
    subjectOf(event).padEnd(LEAST.subject),
    { text: said.join("  ").trimEnd(), tone: toneOf(event) },
  ];
}

/** What an entry is about, in a word or two. */
function subjectOf({ kind, prefix, peer, services, what }: Event): string {
  const of = prefix ?? peer ?? services.join(" ");
  if (kind === "check" || kind === "server") return `${of} ${what}`;
  return of === "" ? "this host" : of;
}

/** So many milliseconds, for people: `78 ms`, `3.2 s`, `41s`, `2h05m`. */
export function spanWords(milliseconds: number): string {
  if (milliseconds < 1_000) return `${milliseconds} ms`;
  if (milliseconds < 10_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  return ageWords(milliseconds / 1_000);
}

const GOOD = new Set(["up", "verified", "proven", "sent", "guarded", "ok", "serving", "done", "repaired"]);
const BAD = new Set(["down", "broken", "lingering", "lost", "unguarded", "refused", "failing", "withdrawn"]);

function toneOf({ to }: Event): Tone {
  return GOOD.has(to) ? "good" : BAD.has(to) ? "bad" : "plain";
}
