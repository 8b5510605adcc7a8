/** A verdict is stale after this many intervals without a new result, and the time that one probe may take. */
const INTERVALS = 3;
/** What a machine under load may be late without anything being wrong (milliseconds). */
const SLACK_MS = 1_000;

/** down: a stale verdict counts as failing; keep: it goes on to count for what it was. */
export type StaleVerdict = "down" | "keep";

export interface Pace {
  /** Milliseconds from one probe to the next. */
  readonly interval: number;
  /** Milliseconds that one probe may take. */
  readonly timeout: number;
}

/** Milliseconds after its last result at which a verdict is stale: no monitor that works is silent for so long. */
export function staleAfter({ interval, timeout }: Pace): number {
  return INTERVALS * interval + timeout + SLACK_MS;
}

/**
 * What becomes of a verdict at the end of its time, at `now`. Where this process has stood still since the last result and went on at
 * `wokeAt`, its monitors stood still as well: they get the time of one probe round first, but not twice in a row, or a process that
 * always stands still would trust its last verdict for ever.
 */
export function atItsEnd(
  pace: Pace,
  { renewedAt, now, wokeAt, spared }: { renewedAt: number; now: number; wokeAt: number; spared: boolean },
): { readonly extendedTo: number } | "stale" {
  if (spared || wokeAt <= renewedAt) return "stale";
  const extendedTo = wokeAt + pace.interval + pace.timeout + SLACK_MS;
  return extendedTo > now ? { extendedTo } : "stale";
}
