import type { ProbeResult } from "./ports.ts";

/** unknown until the first verdict; after that rise and fall decide. */
export type Verdict = "unknown" | "up" | "down";

export interface Thresholds {
  /** Consecutive passing probes that make an unknown or down check up; >= 1. */
  readonly rise: number;
  /** Consecutive failing probes that make an unknown or up check down; >= 1. */
  readonly fall: number;
}

export interface CheckHealth {
  readonly verdict: Verdict;
  /** Consecutive probes that agree with the last one. */
  readonly streak: number;
  readonly last: ProbeResult | undefined;
  /** When the last result came, on the clock. */
  readonly at: number | undefined;
  /** When the first of the streak came, on the clock. */
  readonly since: number | undefined;
}

/** A check as people are told of it. */
export interface CheckStatus extends Omit<CheckHealth, "last"> {
  readonly name: string;
  /** There was no result for so long that the verdict may not be true any more. */
  readonly stale: boolean;
  /** One line: why it is not up and passing; empty when it is. */
  readonly reason: string;
}

/** A check that speaks against the VIPs of a service. */
export interface Against extends Pick<CheckStatus, "reason" | "stale" | "since"> {
  readonly service: string;
  readonly check: string;
}

export const UNPROBED: CheckHealth = {
  verdict: "unknown",
  streak: 0,
  last: undefined,
  at: undefined,
  since: undefined,
};

/** One probe result, which came at `now` on the clock, folded into the check's health; pure. */
export function fold(health: CheckHealth, result: ProbeResult, thresholds: Thresholds, now: number): CheckHealth {
  const agrees = health.last?.ok === result.ok;
  const streak = agrees ? health.streak + 1 : 1;
  const reached = streak >= (result.ok ? thresholds.rise : thresholds.fall);
  return {
    verdict: reached ? (result.ok ? "up" : "down") : health.verdict,
    streak,
    last: result,
    at: now,
    since: agrees ? health.since : now,
  };
}

/** A service is up when all of its checks are up, down when any is down, else unknown. No checks: unknown. */
export function combine(checks: readonly CheckHealth[]): Verdict {
  if (checks.some((check) => check.verdict === "down")) return "down";
  return checks.length > 0 && checks.every((check) => check.verdict === "up") ? "up" : "unknown";
}
