import type { RealServerHealth, ServiceHealth } from "../core/desired.ts";
import type { Notes } from "./journal.ts";

/** Has the journal know how a service, its checks and its real servers are now. A service's only check says what the service says, and those of real servers what these say. */
export function noteHealth(
  journal: Notes,
  service: string,
  before: ServiceHealth | undefined,
  now: ServiceHealth,
): void {
  const { verdict, reason, checks = [] } = now;
  for (const [at, check] of checks.entries()) {
    if (checks.length === 1 || now.realServers !== undefined || before?.checks?.[at]?.verdict === check.verdict)
      continue;
    const { name: what, verdict: state, reason: why } = check;
    journal.note({ kind: "check", services: [service], what, state, reason: why });
  }
  for (const { address: what, verdict: state, reason: why } of movedServers(before, now))
    journal.note({ kind: "server", services: [service], what, state, reason: why });
  if (before?.verdict !== verdict) journal.note({ kind: "health", services: [service], state: verdict, reason });
}

/** The real servers whose verdict is another one than before. */
export function movedServers(before: ServiceHealth | undefined, now: ServiceHealth): readonly RealServerHealth[] {
  return [...(now.realServers?.values() ?? [])].filter(
    ({ address, verdict }) => before?.realServers?.get(address)?.verdict !== verdict,
  );
}
