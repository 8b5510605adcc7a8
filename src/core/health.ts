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
}

export const UNPROBED: CheckHealth = { verdict: "unknown", streak: 0, last: undefined };

/** One probe result folded into the check's health; pure. */
export function fold(health: CheckHealth, result: ProbeResult, thresholds: Thresholds): CheckHealth {
  const streak = health.last?.ok === result.ok ? health.streak + 1 : 1;
  const reached = streak >= (result.ok ? thresholds.rise : thresholds.fall);
  return { verdict: reached ? (result.ok ? "up" : "down") : health.verdict, streak, last: result };
}

/** A service is up when all of its checks are up, down when any is down, else unknown. No checks: unknown. */
export function combine(checks: readonly CheckHealth[]): Verdict {
  if (checks.some((check) => check.verdict === "down")) return "down";
  return checks.length > 0 && checks.every((check) => check.verdict === "up") ? "up" : "unknown";
}
