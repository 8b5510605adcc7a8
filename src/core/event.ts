import type { Address, Prefix } from "./address.ts";

/**
 * What an entry of the journal is about, and the words that `from` and `to` then have.
 * health, check, server (a real server with checks of its own): unknown, up, down. word: none, draining, drained, forced up, forced down. dataplane: see DataplaneStatus. repair: broken, repaired.
 * announcement: see AnnouncementState. peer: unknown, down, up. gobgpd: down, up. lease: unguarded, guarded, lost. reload: ok, refused.
 * step: waiting, failing, done. life: absent, serving, leaving, left.
 */
export const EVENT_KINDS = [
  "health",
  "check",
  "server",
  "word",
  "dataplane",
  "repair",
  "announcement",
  "peer",
  "gobgpd",
  "lease",
  "reload",
  "step",
  "life",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** What something came to, before it has a number and a time. */
export interface Change {
  readonly kind: EventKind;
  /** Those that it concerns; empty: it concerns the host. */
  readonly services: readonly string[];
  readonly prefix?: Prefix | undefined;
  readonly peer?: Address | undefined;
  /** The check's name, the real server's address, the step in words, or what was repaired: see RepairKind. */
  readonly what?: string | undefined;
  readonly from: string;
  readonly to: string;
  /** Because of what, in one line; may be empty. */
  readonly reason: string;
  /** Milliseconds, monotonic, that `from` had stood; undefined where that is not known. */
  readonly stood?: number | undefined;
  /** Milliseconds, monotonic, from the change of health, or the operator's word, that led to this. */
  readonly took?: number | undefined;
  /** So many more changed alike in the same moment and have no entry of their own; which services they are of is not told. */
  readonly more?: number | undefined;
}

/** One entry of the journal. */
export interface Event extends Change {
  /** Grows from entry to entry, also over restarts. */
  readonly id: number;
  /** The wall clock's time, RFC 3339 with milliseconds, UTC. */
  readonly at: string;
}

/** Which entries are asked for; what is left out does not narrow. */
export interface EventQuery {
  /** Not before this time (RFC 3339, UTC). */
  readonly since?: string | undefined;
  /** After the entry with this number. */
  readonly after?: number | undefined;
  /** Those that concern one of these; entries about the host as a whole concern each. */
  readonly services?: readonly string[] | undefined;
  /** The last so many of those that fit. */
  readonly limit?: number | undefined;
}

/** True where an entry may concern what is asked for. Entries about the host as a whole concern every service. */
export function concerns(event: Event, { since, after, services }: EventQuery): boolean {
  if (after !== undefined && event.id <= after) return false;
  if (since !== undefined && event.at < since) return false;
  return (
    services === undefined ||
    event.services.length === 0 ||
    event.more !== undefined ||
    event.services.some((name) => services.includes(name))
  );
}

/** The last entries, the oldest first; a bounded number. */
export class EventRing {
  readonly #most: number;
  #events: Event[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get last(): Event | undefined {
    return this.#events.at(-1);
  }

  add(event: Event): void {
    this.#events.push(event);
    // Cut now and then, so that an entry costs the same however many there are.
    if (this.#events.length >= 2 * this.#most) this.#events = this.#events.slice(-this.#most);
  }

  /** The entries that are asked for, the oldest first. */
  read(query: EventQuery): readonly Event[] {
    const kept = this.#events.length > this.#most ? this.#events.slice(-this.#most) : this.#events;
    const found = kept.filter((event) => concerns(event, query));
    return query.limit === undefined ? found : found.slice(Math.max(0, found.length - query.limit));
  }

  /** At most so many of those after an entry, the oldest first, and the number of the last one that was looked at. */
  next(after: number, most: number): readonly Event[] {
    const [first] = this.#events;
    if (first === undefined) return [];
    // Numbers have no gaps within a life; between lives they may, so the place is looked for from there on.
    let at = Math.max(0, Math.min(this.#events.length, after + 1 - first.id));
    while (at > 0 && (this.#events[at - 1]?.id ?? 0) > after) at--;
    while (at < this.#events.length && (this.#events[at]?.id ?? 0) <= after) at++;
    return this.#events.slice(at, at + most);
  }
}
