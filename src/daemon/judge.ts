import type { ServiceHealth } from "../core/desired.ts";
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

/**
 * The verdict of all checks of a service at `now`, with the first thing that stands against it. A verdict that stands goes on to count from
 * where it began in `before`, whatever its reason is by now.
 */
export function judge(
  witnesses: readonly Witness[],
  staleVerdict: StaleVerdict,
  now: number,
  before?: ServiceHealth,
): ServiceHealth {
  const found = verdictOf(witnesses, staleVerdict);
  const since = found.verdict === before?.verdict ? before.since : (found.since ?? now);
  return { ...found, since, checks: witnesses.map(checkStatus) };
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

function words({ last, streak }: CheckHealth): string {
  if (last === undefined) return "no verdict yet";
  return last.ok ? `passes again, ${streak} in a row so far` : last.reason;
}
