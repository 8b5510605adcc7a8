import type { Lease } from "../core/lease.ts";
import type { GuardCondition } from "./guard-protocol.ts";

/** How a guard is at `now`: well while it could act when it had to, and has not had to. `fault`: why it has no gobgpd to act upon. */
export function guardCondition(lease: Lease | undefined, fault: string | undefined, now: number): GuardCondition {
  if (lease === undefined) return say(true, "no controller has asked for a lease; nothing is to be watched");
  const { lost, endsAt, prefixes, terms } = lease;
  const over = `${prefixes.length} ${prefixes.length === 1 ? "prefix" : "prefixes"}`;
  if (lost) return say(false, `the lease over ${over} is lost; onLeaseLost is ${terms.onLost}`);
  if (fault !== undefined) return say(false, `gobgpd cannot be opened: ${fault}`);
  if (endsAt === Number.POSITIVE_INFINITY) return say(true, `watches ${over}, without a lease`);
  return say(true, `watches ${over}; the lease has ${(Math.max(0, endsAt - now) / 1000).toFixed(1)} s to go`);
}

function say(well: boolean, line: string): GuardCondition {
  return { kind: "condition", well, line };
}
