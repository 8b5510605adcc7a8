import type { Prefix } from "./address.ts";
import type { ServiceHealth, SharedPrefix } from "./desired.ts";
import type { Verdict } from "./health.ts";
import type { AnnouncementStatus } from "./status.ts";
import { hasPath, isAnnounced } from "./status.ts";

/** How one prefix follows the health of its services. */
interface Run {
  readonly verdict: Verdict;
  /** When the first of the probes came that led to the verdict, on the clock. */
  readonly since: number;
  /** The verdict is not yet true of the announcement, and was not when it came. */
  readonly waiting: boolean;
  /** A peer has it, wanted or not. */
  readonly announced: boolean;
}

export type Runs = ReadonlyMap<Prefix, Run>;

/** withdraw: first bad probe to withdrawn and proven to be so; announce: first good probe to announced. */
export interface Took {
  readonly what: "withdraw" | "announce";
  readonly milliseconds: number;
}

export interface Seen {
  readonly now: number;
  readonly announcements: readonly AnnouncementStatus[];
  /** undefined where the checks do not decide: an operator's word stands, or this process leaves. */
  readonly health: (service: string) => ServiceHealth | undefined;
  readonly sharedPrefix: SharedPrefix;
  /** Prefixes whose withdrawal has not arrived yet at a peer. */
  readonly leaving: ReadonlySet<Prefix>;
}

/** What became of each prefix since the last look, and how long it took where health had called for it. What is overtaken by the next verdict, or by an operator, counts for nothing. */
export function follow(runs: Runs, seen: Seen): { readonly runs: Runs; readonly took: readonly Took[] } {
  const took: Took[] = [];
  const next = seen.announcements.map((one): readonly [Prefix, Run] => {
    const run = step(runs.get(one.prefix), one, seen);
    if (!run.waiting || !isDone(run.verdict, one, seen)) return [one.prefix, run];
    took.push({ what: run.verdict === "up" ? "announce" : "withdraw", milliseconds: seen.now - run.since });
    return [one.prefix, { ...run, waiting: false }];
  });
  return { runs: new Map(next), took };
}

function step(before: Run | undefined, one: AnnouncementStatus, { health, now, sharedPrefix }: Seen): Run {
  const announced = one.peers.some(hasPath);
  const { verdict, since } = together(one.services.map(health), sharedPrefix, now);
  if (before?.verdict === verdict) return { ...before, announced };
  // What was withdrawn or announced between two looks was otherwise at the one before.
  const stood = before?.announced ?? announced;
  return { verdict, since, announced, waiting: verdict === "up" ? !stood : verdict === "down" && stood };
}

/** all: the first that is down takes the prefix with it, and the last that comes up brings it back; any: the other way round. */
function together(
  all: readonly (ServiceHealth | undefined)[],
  shared: SharedPrefix,
  now: number,
): Pick<Run, "verdict" | "since"> {
  const known = all.filter((one) => one !== undefined);
  const times = (verdict: Verdict) => known.filter((one) => one.verdict === verdict).map(({ since = now }) => since);
  const [one, each] = shared === "all" ? (["down", "up"] as const) : (["up", "down"] as const);
  if (known.length < all.length || known.length === 0) return { verdict: "unknown", since: now };
  if (times(one).length > 0) return { verdict: one, since: Math.min(...times(one)) };
  if (times(each).length === known.length) return { verdict: each, since: Math.max(...times(each)) };
  return { verdict: "unknown", since: now };
}

function isDone(verdict: Verdict, one: AnnouncementStatus, { leaving }: Seen): boolean {
  return verdict === "up" ? isAnnounced(one) : one.state === "withdrawn" && !leaving.has(one.prefix);
}
