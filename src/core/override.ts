import { GRACEFUL_SHUTDOWN, sortCommunities } from "./community.ts";
import type { Path } from "./path.ts";
import type { Connections } from "./ports.ts";

/** Who said something of a service, why, and for how long. Times for people are RFC 3339 texts of the wall clock. */
interface Said {
  readonly by: string;
  /** One line; empty where none was given. */
  readonly reason: string;
  readonly since: string;
  /** When it ends by itself, or, for a drain, when it withdraws at the latest; undefined: never. */
  readonly until: string | undefined;
  /** The same on the monotonic clock, which is the one that counts; Infinity: never. */
  readonly deadline: number;
}

/** Announced although checks fail (never without a verified dataplane), or withdrawn although they pass. */
export interface Force extends Said {
  readonly word: "up" | "down";
}

/** Why a drain came to its end: nothing came any more; time was up; there was nothing to drain, for the service was not announced. */
export type DrainResult = "quiet" | "deadline" | "not announced";

/** draining: still announced, and worse than everybody else; drained: withdrawn, and its dataplane may go. */
export interface Drain extends Said {
  readonly word: "drain";
  /** It was forced up when the drain began, so its checks are not asked now either. */
  readonly regardless: boolean;
  /** On the monotonic clock: when something last went through it, or nobody could tell. */
  readonly busyAt: number;
  /** What was last seen; undefined while that is unknown. */
  readonly connections: Connections | undefined;
  /** undefined: draining; else drained, and why. */
  readonly result: DrainResult | undefined;
}

/** An operator's word on a service: it stands above what the checks say. */
export type Override = Force | Drain;
/** By the service's name. */
export type Overrides = ReadonlyMap<string, Override>;

/** Milliseconds without an active and without a new connection after which a service counts as quiet. */
export const QUIET_MS = 5_000;
/** How much worse a draining path's MED is; more than anybody's own steps between hosts. */
const MED_STEP = 1_000_000;
const MAX_MED = 4_294_967_295;

/** What a look at a draining service found, at `now` on the monotonic clock. */
export interface DrainLook {
  readonly now: number;
  /** It is announced, as far as anybody knows, and its checks do not say that it must not be. */
  readonly serving: boolean;
  /** undefined: it cannot be told. */
  readonly connections: Connections | undefined;
}

/** One look folded into the drain; pure. Quiet needs looks that tell: what cannot be seen counts as busy, and then only the deadline ends it. */
export function watchDrain(drain: Drain, { now, serving, connections }: DrainLook): Drain {
  if (drain.result !== undefined) return drain;
  const before = drain.connections;
  const busy =
    connections === undefined ||
    before === undefined ||
    connections.active > 0 ||
    connections.accepted !== before.accepted;
  const next: Drain = { ...drain, connections, busyAt: busy ? now : drain.busyAt };
  if (!serving) return { ...next, result: "not announced" };
  if (now - next.busyAt >= QUIET_MS) return { ...next, result: "quiet" };
  return now >= drain.deadline ? { ...next, result: "deadline" } : next;
}

export function isDraining(override: Override | undefined): override is Drain {
  return override?.word === "drain" && override.result === undefined;
}

export function isDrained(override: Override | undefined): boolean {
  return override?.word === "drain" && override.result !== undefined;
}

/** The path as it is announced while its service drains: routers that know RFC 8326 prefer any other, and those that do not still compare the MED. */
export function demote(path: Path): Path {
  return {
    ...path,
    med: Math.min(MAX_MED, (path.med ?? 0) + MED_STEP),
    communities: sortCommunities([...(path.communities ?? []), GRACEFUL_SHUTDOWN]),
  };
}

/** True for a path that routers are asked already not to prefer. */
export function isDemoted({ communities = [] }: Path): boolean {
  return communities.includes(GRACEFUL_SHUTDOWN);
}

/** What stands, in a word or two. */
export function shortWord(override: Override): "draining" | "drained" | "forced up" | "forced down" {
  if (override.word !== "drain") return `forced ${override.word}`;
  return override.result === undefined ? "draining" : "drained";
}

/** One line: what stands, who said it, why, until when. */
export function overrideWords(override: Override): string {
  const { by, reason, until } = override;
  const who = `by ${by}${reason === "" ? "" : `: ${reason}`}`;
  const limit = until === undefined ? "" : `, until ${until}`;
  const said = `${shortWord(override)} ${who}`;
  if (override.word !== "drain") return `${said}${limit}`;
  return override.result === undefined ? `${said}${limit} at the latest` : `${said} (${outcome(override)})`;
}

function outcome({ result, connections }: Drain): string {
  if (result === "quiet") return "quiet, nothing was left";
  if (result === "not announced") return "it was not announced";
  const left = connections?.active;
  return `at the deadline, ${left === undefined ? "unknown" : left} ${left === 1 ? "connection" : "connections"} left`;
}
