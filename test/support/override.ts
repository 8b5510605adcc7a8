import type { Drain, Force, Override } from "../../src/core/override.ts";

const SINCE = "2026-01-01T00:00:00Z";

/** A drain by alice that has five minutes. */
export function draining(over: Partial<Drain> = {}): Drain {
  return {
    word: "drain",
    by: "alice",
    reason: "kernel update",
    since: SINCE,
    until: "2026-01-01T00:05:00Z",
    deadline: 300_000,
    regardless: false,
    busyAt: 0,
    connections: undefined,
    result: undefined,
    ...over,
  };
}

/** Bob's word, without an end. */
export function forced(word: Force["word"], over: Partial<Force> = {}): Force {
  return { word, by: "bob", reason: "", since: SINCE, until: undefined, deadline: Number.POSITIVE_INFINITY, ...over };
}

/** What stands after the word was said; drained: its drain is over. */
export function said(word: "drain" | "drained" | "up" | "down" | "none"): Override | undefined {
  if (word === "none") return undefined;
  if (word === "up" || word === "down") return forced(word);
  return draining(word === "drain" ? {} : { result: "deadline" });
}
