import { Crowd } from "../core/crowd.ts";
import { messageOf } from "../core/errors.ts";
import type { Change, Event, EventQuery } from "../core/event.ts";
import { EventRing } from "../core/event.ts";
import type { Overrides } from "../core/override.ts";
import type { Clock } from "../core/ports.ts";
import type { Status } from "../core/status.ts";
import type { Known, Standing } from "../core/transitions.ts";
import { change, ending, isListed, keyOf, standings } from "../core/transitions.ts";
import { preciseTime } from "./clock.ts";
import type { EventStore } from "./event-store.ts";
import type { Reporter } from "./reporter.ts";

/** Entries that are kept in memory. */
const MOST = 10_000;
/** An announcement that changes later than this after a service's own change has another cause (milliseconds). */
const CAUSE_MS = 600_000;

export interface JournalOptions {
  readonly clock: Clock;
  readonly reporter: Pick<Reporter, "trouble">;
  readonly store: EventStore;
}

/** Takes note of what is. */
export interface Notes {
  /** One thing is in a state now. */
  note(standing: Standing): void;
}

/** The journal of every transition: told what is, it notes what changed. Never throws: a disk that refuses is told once, and stops nothing. */
export class Journal implements Notes {
  readonly #options: JournalOptions;
  readonly #ring = new EventRing(MOST);
  readonly #crowd = new Crowd();
  readonly #known = new Map<string, Known>();
  /** To what and when a service last had a change that leads to announcements or withdrawals, until these have come. */
  readonly #causes = new Map<string, { readonly to: string; readonly at: number }>();
  readonly #listeners = new Set<() => void>();
  #unsaved: Event[] = [];
  #saving: Promise<void> = Promise.resolve();
  #busy = false;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Takes up what earlier lives have noted, and notes that this one begins; to be called first. A damaged part is skipped, with a warning. */
  async begin(reason: string, warn: (line: string) => void): Promise<void> {
    try {
      const { events, warning } = await this.#options.store.load(MOST);
      if (warning !== undefined) warn(warning);
      for (const event of events) this.#ring.add(event);
    } catch (error) {
      warn(`the journal of earlier lives cannot be read: ${messageOf(error)}`);
    }
    const [last] = this.#ring.read({ limit: 1 });
    const broken = last !== undefined && (last.kind !== "life" || last.to !== "left");
    this.life("serving", broken ? `${reason}; the one before ended without leaving` : reason);
  }

  /** This process ends; resolves as `settled` does. */
  end(reason: string): Promise<void> {
    this.life("left", reason);
    return this.settled();
  }

  /** How far this process is. */
  life(state: "serving" | "leaving" | "left", reason: string): void {
    this.note({ kind: "life", services: [], state, reason });
  }

  note(standing: Standing): void {
    this.#add(this.#changes([standing]));
  }

  /** What a look has found, and the operator's words that stand; by service how the others ended. */
  saw(status: Status, overrides: Overrides, ended: ReadonlyMap<string, string>): void {
    const now = standings(status, overrides);
    this.#add([...this.#changes(now), ...this.#ended(new Set(now.map(keyOf)), ended)]);
  }

  /** Something happened that is no state: it is an entry each time. */
  tell(one: Change): void {
    this.#add([one]);
  }

  read(query: EventQuery): readonly Event[] {
    return this.#ring.read(query);
  }

  next(after: number, most: number): readonly Event[] {
    return this.#ring.next(after, most);
  }

  /** Calls back after each new entry, until the answer is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when what was noted is on disk, or the disk has refused it. */
  async settled(): Promise<void> {
    while (this.#busy) await this.#saving;
  }

  #changes(now: readonly Standing[]): readonly Change[] {
    const at = this.#options.clock.now();
    return now.flatMap((standing) => {
      const key = keyOf(standing);
      const known = this.#known.get(key);
      if (known?.standing.state === standing.state) return [];
      this.#known.set(key, { standing, since: at });
      const found = change(known, standing, at);
      return found === undefined ? [] : [this.#caused(found, at)];
    });
  }

  /** What was listed and is not any more. */
  #ended(there: ReadonlySet<string>, how: ReadonlyMap<string, string>): readonly Change[] {
    const at = this.#options.clock.now();
    const ended: Change[] = [];
    for (const [key, known] of this.#known) {
      if (!isListed(known.standing.kind) || there.has(key)) continue;
      this.#known.delete(key);
      const end = ending(known, at, how);
      if (end !== undefined) ended.push(this.#caused(end, at));
    }
    return ended;
  }

  /** How long a VIP took to follow what happened to its services. */
  #caused(found: Change, now: number): Change {
    const { kind, services, to } = found;
    if (kind === "health" || kind === "word") {
      for (const name of services) this.#causes.set(name, { to, at: now });
      return found;
    }
    if (kind !== "announcement" || (to !== "proven" && to !== "sent" && to !== "withdrawn")) return found;
    // A look that was under way when a service came up still tells of what was before.
    const opposite = to === "withdrawn" ? "up" : "down";
    const follow = services.filter((name) => this.#causes.get(name)?.to !== opposite);
    const causes = follow.flatMap((name) => this.#causes.get(name)?.at ?? []);
    for (const name of follow) this.#causes.delete(name);
    const took = now - Math.max(...causes);
    return causes.length === 0 || took > CAUSE_MS ? found : { ...found, took: Math.round(took) };
  }

  #add(changes: readonly Change[]): void {
    const told = this.#crowd.admit(changes, this.#options.clock.now());
    if (told.length === 0) return;
    const at = preciseTime();
    for (const one of told) {
      const event = { id: (this.#ring.last?.id ?? 0) + 1, at, ...one };
      this.#ring.add(event);
      this.#unsaved.push(event);
    }
    for (const listener of this.#listeners) listener();
    if (!this.#busy) this.#saving = this.#save();
  }

  /** One write at a time; what comes meanwhile is the next one. What cannot be written is in memory only. */
  async #save(): Promise<void> {
    const { store, reporter } = this.#options;
    this.#busy = true;
    while (this.#unsaved.length > 0) {
      const events = this.#unsaved;
      this.#unsaved = [];
      try {
        await store.append(events);
        reporter.trouble("the journal", undefined);
      } catch (error) {
        reporter.trouble("the journal", `${messageOf(error)}; what happens now is kept in memory only`);
      }
    }
    // In the same turn as the last look: what comes after it begins a write of its own.
    this.#busy = false;
  }
}
