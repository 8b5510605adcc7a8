import type { RouterEvent } from "../bird-log.ts";
import type { RequestReport } from "../traffic.ts";

/** A time in which requests may fail, and what did it; Unix milliseconds. */
export interface Window {
  readonly cause: string;
  readonly from: number;
  readonly to: number;
}

export interface Account {
  readonly requests: number;
  /** Failed requests by cause. */
  readonly causes: ReadonlyMap<string, number>;
  readonly unexplained: readonly RequestReport[];
}

export const ROUTES_MOVED = "under way when routes moved";

/** The router's kernel has a change this long (milliseconds) after BIRD tells of it, at most. */
const ROUTER_MS = 1_000;

/**
 * Why each failed request failed: it was under way in the window of a fault; or when the router's set of next hops changed, for then
 * the flows of all hosts are spread anew, and a flow that comes to another host is reset there.
 */
export function account(
  requests: readonly RequestReport[],
  windows: readonly Window[],
  events: readonly RouterEvent[],
): Account {
  const causes = new Map<string, number>();
  const unexplained: RequestReport[] = [];
  const moves = events.filter((event) => event.kind !== "session" && event.kind !== "repeated").map(({ at }) => at);
  for (const request of requests.filter(({ error }) => error !== undefined)) {
    const window = windows.find(({ from, to }) => request.start <= to && request.end >= from);
    const moved = moves.some((at) => request.start <= at + ROUTER_MS && request.end >= at);
    const cause = window?.cause ?? (moved ? ROUTES_MOVED : undefined);
    if (cause === undefined) unexplained.push(request);
    else causes.set(cause, (causes.get(cause) ?? 0) + 1);
  }
  return { requests: requests.length, causes, unexplained };
}
