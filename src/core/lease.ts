import type { Prefix } from "./address.ts";
import type { SpeakerOp } from "./op.ts";
import { demote, isDemoted } from "./override.ts";
import type { Path } from "./path.ts";

/** For how long announcements may outlive whoever made them, and what becomes of them then. Times in milliseconds. */
export interface LeaseTerms {
  /** Without a renewal; 0: no lease. */
  readonly term: number;
  readonly onLost: "withdraw" | "demote" | "keep";
  /** After a controller has said that another one will come. */
  readonly handover: number;
}

/** What the guard was told to watch over. */
export interface Lease {
  readonly terms: LeaseTerms;
  /** What the controller has announced, or may have. */
  readonly prefixes: readonly Prefix[];
  /** On the guard's own clock: the controller's may be another, or stand still. Infinity: nothing to watch. */
  readonly endsAt: number;
  /** Its end was reached, and acted upon. */
  readonly lost: boolean;
}

/** What the guard hears of the controller. */
export type LeaseNews =
  /** The controller is there, with these terms and prefixes. */
  | { readonly kind: "hold"; readonly terms: LeaseTerms; readonly prefixes: readonly Prefix[] }
  | { readonly kind: "renew" }
  /** The controller ends, and has left its announcements to the one that comes next. */
  | { readonly kind: "handover" }
  /** The controller has withdrawn everything and ends. */
  | { readonly kind: "bye" };

export const NO_LEASE: Lease = {
  terms: { term: 0, onLost: "keep", handover: 0 },
  prefixes: [],
  endsAt: Number.POSITIVE_INFINITY,
  lost: false,
};

/** The lease after the news, heard at `now`. */
export function renewed(lease: Lease, news: LeaseNews, now: number): Lease {
  switch (news.kind) {
    case "hold":
      return { terms: news.terms, prefixes: news.prefixes, endsAt: end(news.terms.term, now), lost: false };
    case "renew":
      return { ...lease, endsAt: end(lease.terms.term, now), lost: false };
    case "handover":
      return { ...lease, endsAt: now + lease.terms.handover, lost: false };
    case "bye":
      return NO_LEASE;
  }
}

/** The lease as a guard that has just started takes it over: whoever it stood for gets a whole term to speak up. */
export function takenOver(lease: Pick<Lease, "terms" | "prefixes">, now: number): Lease {
  return { ...lease, endsAt: end(lease.terms.term, now), lost: false };
}

/** When somebody has to act, on the guard's clock; Infinity where somebody has, or where there is nothing to act upon. */
export function dueAt(lease: Lease): number {
  return lease.lost || lease.prefixes.length === 0 ? Number.POSITIVE_INFINITY : lease.endsAt;
}

/** What was watched and a new hold names no more. */
export function dropped(lease: Pick<Lease, "prefixes">, named: readonly Prefix[]): readonly Prefix[] {
  const kept = new Set(named);
  return lease.prefixes.filter((prefix) => !kept.has(prefix));
}

export function isDue(lease: Lease, now: number): boolean {
  return now >= dueAt(lease);
}

/** What is still to be done once the lease is lost, by what gobgpd holds; nothing when it is done. */
export function remaining({ terms, prefixes }: Lease, paths: ReadonlyMap<Prefix, Path>): readonly SpeakerOp[] {
  const standing = prefixes.map((prefix) => paths.get(prefix)).filter((path) => path !== undefined);
  switch (terms.onLost) {
    case "withdraw":
      return standing.map(({ prefix }) => ({ target: "speaker", kind: "path.withdraw", prefix }));
    case "demote":
      return standing
        .filter((path) => !isDemoted(path))
        .map((path) => ({ target: "speaker", kind: "path.announce", path: demote(path) }));
    case "keep":
      return [];
  }
}

function end(term: number, now: number): number {
  return term === 0 ? Number.POSITIVE_INFINITY : now + term;
}
