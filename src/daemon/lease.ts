import type { ToldLease } from "../admin/api.ts";
import type { Config } from "../config/config.ts";
import type { Ownership } from "../core/ownership.ts";
import type { Beacon } from "./beacon.ts";
import { dated } from "./dated.ts";
import type { Notes } from "./journal.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import type { Parts } from "./parts.ts";
import type { OwnershipStore } from "./reconciler-options.ts";
import type { Settings } from "./settings.ts";

interface Around {
  /** As they are by now. */
  readonly settings: () => Settings;
  readonly parts: Pick<Parts, "clock" | "log" | "metrics" | "dialGuard">;
  readonly beacon: Beacon;
  readonly journal: Notes;
  readonly lookAgain: () => void;
}

/** Who keeps the lease for this controller, not running yet, as soon as the config wants one; undefined: the command line wants none. */
export function keepLease({ settings, parts, beacon, journal, lookAgain }: Around): LeaseKeeper | undefined {
  const { guardSocket } = settings();
  const { clock, log, metrics } = parts;
  if (guardSocket === undefined) return undefined;
  const note = (state: string, reason: string) => journal.note({ kind: "lease", services: [], state, reason });
  return new LeaseKeeper({
    path: guardSocket,
    dial: parts.dialGuard,
    clock,
    alive: () => !beacon.condition.stalled,
    onGuarded: (fault) => {
      metrics.guarded(fault === undefined);
      beacon.lease = { fault, since: clock.now() };
      note(fault === undefined ? "guarded" : "unguarded", fault ?? "the guard answers");
      if (fault === undefined) log.info(`the guard holds a lease of ${settings().config.lease.term / 1000} s`);
      else log.warn(`the lease is unguarded, so VIPs outlive a controller that dies: ${fault}`);
      lookAgain();
    },
    onActed: () => {
      const done = settings().config.lease.onLost === "demote" ? "demoted" : "withdrawn";
      note("lost", `the guard did not hear from this controller, and has ${done} our VIPs`);
      note("guarded", "the guard answers");
      metrics.leaseEnded();
      log.warn(`the guard has ${done} our VIPs while it did not hear from us; what is healthy is announced again`);
      lookAgain();
    },
  });
}

/** A controller that is to be guarded, or to leave its announcements to the next one for a time. */
function wantsLease({ lease, onStop }: Config): boolean {
  return lease.term > 0 || onStop === "handover";
}

/**
 * Tells the guard what is about to be ours, and then the ledger: the guard knows of a prefix before gobgpd does. Where no lease is wanted a guard that
 * holds one is told so, and no other is looked for.
 */
export async function holdAndSave(
  owned: Ownership,
  config: Config,
  keeper: LeaseKeeper | undefined,
  ledger: OwnershipStore,
): Promise<void> {
  const { lease: terms, gobgp } = config;
  if (keeper !== undefined && (wantsLease(config) || keeper.holds))
    await keeper.hold({ terms, prefixes: [...owned.prefixes].sort(), gobgp });
  await ledger.save(owned);
}

/** The lease as people are told of it. */
export function toldLease({ guardSocket, config }: Settings, { lease }: Pick<Beacon, "lease">, now: number): ToldLease {
  if (guardSocket === undefined || !wantsLease(config)) return { state: "off" };
  const termSeconds = config.lease.term / 1000;
  if (lease === undefined) return { state: "unknown", termSeconds };
  const { fault, ...rest } = dated(lease, now);
  return fault === undefined
    ? { state: "guarded", termSeconds, ...rest }
    : { state: "unguarded", termSeconds, reason: fault, ...rest };
}
