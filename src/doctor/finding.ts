/** unknown: it could not be looked at, which is no fault by itself. */
export type Verdict = "ok" | "warn" | "fail" | "unknown";

/** What one check came to. */
export interface Finding {
  /** Of what; the same word in each run, for scripts: `module ip_vs`, `sysctl rp_filter`. */
  readonly about: string;
  readonly verdict: Verdict;
  /** What was found, in one line. */
  readonly says: string;
  /** What to do about it; there with `warn` and `fail`. */
  readonly remedy?: string;
}

export function ok(about: string, says: string): Finding {
  return { about, verdict: "ok", says };
}

export function unknown(about: string, says: string): Finding {
  return { about, verdict: "unknown", says };
}

export function warn(about: string, says: string, remedy: string): Finding {
  return { about, verdict: "warn", says, remedy };
}

export function fail(about: string, says: string, remedy: string): Finding {
  return { about, verdict: "fail", says, remedy };
}

/** The worst of them: fail, warn, unknown, ok. */
export function worst(findings: readonly Finding[]): Verdict {
  const order: readonly Verdict[] = ["fail", "warn", "unknown", "ok"];
  return order.find((verdict) => findings.some((finding) => finding.verdict === verdict)) ?? "ok";
}
