import type { RouterEvent } from "../bird-log.ts";

/** A span of Unix milliseconds; `to` is infinite while it goes on. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** When the router had a route, by `host prefix`: from its log, each route apart. */
export function routedSpans(events: readonly RouterEvent[]): ReadonlyMap<string, readonly Span[]> {
  const spans = new Map<string, Span[]>();
  const open = new Map<string, number>();
  for (const event of events) {
    if (event.kind === "session" || event.kind === "refused") continue;
    const key = `${event.host} ${event.prefix}`;
    const from = open.get(key);
    if (event.kind === "withdrawn" || event.kind === "lost") {
      if (from === undefined) continue;
      spans.set(key, [...(spans.get(key) ?? []), { from, to: event.at }]);
      open.delete(key);
    } else if (from === undefined) open.set(key, event.at);
  }
  for (const [key, from] of open) spans.set(key, [...(spans.get(key) ?? []), { from, to: Number.POSITIVE_INFINITY }]);
  return spans;
}

/** When the router had any route of this host. */
export function hostSpans(routes: ReadonlyMap<string, readonly Span[]>, host: string): readonly Span[] {
  const all = [...routes].filter(([key]) => key.startsWith(`${host} `)).flatMap(([, spans]) => spans);
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of all.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

/** From when on, at `at` or later, none of the spans holds; undefined where that never is. */
export function freeFrom(spans: readonly Span[], at: number): number | undefined {
  const holding = spans.find((span) => span.from <= at && at < span.to);
  if (holding === undefined) return at;
  return holding.to === Number.POSITIVE_INFINITY ? undefined : holding.to;
}

/** The parts of the spans that lie within one. */
export function within(spans: readonly Span[], { from, to }: Span): readonly Span[] {
  return spans
    .map((span) => ({ from: Math.max(span.from, from), to: Math.min(span.to, to) }))
    .filter((span) => span.from < span.to);
}
