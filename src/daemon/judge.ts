import type { Address } from "../core/address.ts";
import { family } from "../core/address.ts";
import type { RealServerHealth, ServiceHealth } from "../core/desired.ts";
import type { CheckHealth, CheckStatus } from "../core/health.ts";
import { combine } from "../core/health.ts";
import type { Pace, StaleVerdict } from "../core/staleness.ts";
import { staleAfter } from "../core/staleness.ts";

/** One check of a service, as far as its verdict needs it. */
export interface Witness {
  readonly config: Pace;
  readonly monitor: { readonly name: string; readonly health: CheckHealth };
  readonly freshness?: { readonly stale: boolean };
}

/** The real servers of a service, as far as its verdict needs them. */
export interface PoolWitness {
  /** The checks of each that has any. */
  readonly members: ReadonlyMap<Address, readonly Witness[]>;
  /** How many of each family that has any must be up. */
  readonly quorum: number;
}

const UNWATCHED: ServiceHealth = { verdict: "unknown", reason: "no checks" };

/**
 * The verdict of all checks of a service at `now`, with the first thing that stands against it. A verdict that stands goes on to count from
 * where it began in `before`, whatever its reason is by now.
 */
export function judge(
  witnesses: readonly Witness[],
  staleVerdict: StaleVerdict,
  now: number,
  before?: ServiceHealth,
  pool?: PoolWitness,
): ServiceHealth {
  const members = [...(pool?.members ?? [])].map(([address, own]) => ({ address, ...verdictOf(own, staleVerdict) }));
  const found = worse([
    ...(witnesses.length > 0 ? [verdictOf(witnesses, staleVerdict)] : []),
    ...(pool !== undefined && members.length > 0 ? [poolVerdict(members, pool.quorum)] : []),
  ]);
  const since = found.verdict === before?.verdict ? before.since : (found.since ?? now);
  const checks = [...witnesses, ...[...(pool?.members.values() ?? [])].flat()].map(checkStatus);
  const realServers = new Map(members.map((member) => [member.address, member] as const));
  return { ...found, since, checks, ...(realServers.size > 0 && { realServers }) };
}

/** One that is down decides, then one that is not known; up is all of them. */
function worse(parts: readonly ServiceHealth[]): ServiceHealth {
  const [first = UNWATCHED] = parts.toSorted((a, b) => rank(a) - rank(b));
  if (first.verdict !== "up" || parts.length === 1) return first;
  return {
    verdict: "up",
    reason: parts.map(({ reason }) => reason).join(", "),
    since: Math.max(...parts.map(({ since }) => since ?? Number.NEGATIVE_INFINITY)),
  };
}

function rank({ verdict }: ServiceHealth): number {
  return ["down", "unknown", "up"].indexOf(verdict);
}

/** Up with enough of each family, down where enough cannot be had; which are not up is said either way. */
function poolVerdict(members: readonly RealServerHealth[], quorum: number): ServiceHealth {
  const found = Object.values(Object.groupBy(members, ({ address }) => family(address))).map((all) => {
    const up = all.filter(({ verdict }) => verdict === "up");
    const down = all.filter(({ verdict }) => verdict === "down");
    const not = all
      .filter(({ verdict }) => verdict !== "up")
      .map(({ address, reason }) => `${address} is not: ${reason}`);
    const reason = [`${up.length} of ${all.length} real servers are up`, ...not].join("; ");
    if (up.length >= quorum) return { verdict: "up", reason, since: nth(up, quorum - 1) } as const;
    if (all.length - down.length < quorum)
      return { verdict: "down", reason: `${reason}; quorum ${quorum}`, since: nth(down, all.length - quorum) } as const;
    return { verdict: "unknown", reason } as const;
  });
  return worse(found);
}

/** When the nth of them came to be so, counted from 0 in the order in which they did. */
function nth(members: readonly RealServerHealth[], index: number): number | undefined {
  return members.map(({ since }) => since ?? -Infinity).toSorted((a, b) => a - b)[index];
}

function verdictOf(witnesses: readonly Witness[], staleVerdict: StaleVerdict): ServiceHealth {
  const old = witnesses.find(isStale);
  if (old !== undefined && staleVerdict === "down")
    return { verdict: "down", reason: `${old.monitor.name}: ${stale(old)}, so it counts as failing` };
  const monitors = witnesses.map(({ monitor }) => monitor);
  const verdict = combine(monitors.map(({ health }) => health));
  if (verdict === "up")
    return {
      verdict,
      reason: monitors.map(({ name }) => `${name} passes`).join(", "),
      since: Math.max(...monitors.map(({ health }) => health.since ?? Number.NEGATIVE_INFINITY)),
    };
  const worst = monitors.find(({ health }) => health.verdict === verdict);
  if (worst === undefined) return { verdict, reason: "no checks" };
  return { verdict, reason: `${worst.name}: ${words(worst.health)}`, since: worst.health.since };
}

function checkStatus(witness: Witness): CheckStatus {
  const { name, health } = witness.monitor;
  const passes = health.verdict === "up" && health.last?.ok === true;
  const reason = isStale(witness) ? stale(witness) : passes ? "" : words(health);
  const { verdict, streak, since, at } = health;
  return { name, verdict, stale: isStale(witness), reason, streak, since, at };
}

function isStale({ freshness }: Witness): boolean {
  return freshness?.stale === true;
}

function stale({ config }: Witness): string {
  return `stale: no result for more than ${staleAfter(config) / 1000} s`;
}

function words({ verdict, last, streak }: CheckHealth): string {
  if (last === undefined) return "no verdict yet";
  const passes = verdict === "unknown" ? "passes" : "passes again";
  return last.ok ? `${passes}, ${streak} in a row so far` : last.reason;
}
