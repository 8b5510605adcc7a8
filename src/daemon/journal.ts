import type { Change, Event, EventQuery } from "../core/event.ts";
import { EventRing } from "../core/event.ts";
import { messageOf } from "../core/errors.ts";
import type { Overrides } from "../core/override.ts";
import { overrideWords, shortWord } from "../core/override.ts";
import type { Clock } from "../core/ports.ts";
import type { Status } from "../core/status.ts";
import type { Known, Standing } from "../core/transitions.ts";
import { change, first, gather, keyOf, standings } from "../core/transitions.ts";
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
  /** undefined: nothing is kept on disk. */
  readonly store?: EventStore | undefined;
}

/** The journal of every transition: told what is, it notes what changed. Never throws: a disk that refuses is told once, and stops nothing. */
export class Journal {
  readonly #options: JournalOptions;
  readonly #ring = new EventRing(MOST);
  #known = new Map<string, Known>();
  /** When a service last had a change that leads to announcements or withdrawals, until these have come. */
  readonly #causes = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #unsaved: Event[] = [];
  #saving: Promise<void> | undefined;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Takes up what an earlier life has noted; a damaged part of it is skipped, with a warning. */
  async open(warn: (line: string) => void): Promise<void> {
    try {
      const { events, warning } = (await this.#options.store?.load(MOST)) ?? { events: [] };
      if (warning !== undefined) warn(warning);
      for (const event of events) this.#ring.add(event);
    } catch (error) {
      warn(`the journal of earlier lives cannot be read: ${messageOf(error)}`);
    }
  }

  /** One thing is in a state now; an entry where that is another one than before. */
  note(standing: Standing): void {
    this.#add(this.#changes([standing]));
  }

  /** What a pass has found, and the words that stand. */
  saw(status: Status, overrides: Overrides): void {
    const now = standings(status);
    const words = [...overrides].map(
      ([name, word]): Standing => ({
        kind: "word",
        services: [name],
        state: shortWord(word),
        reason: overrideWords(word),
      }),
    );
    this.#add(gather([...this.#changes([...words, ...now]), ...this.#ended(status)]));
  }

  /** Something was put back that others had taken away. */
  repaired(found: readonly string[]): void {
    this.#add(
      gather(found.map((what) => ({ kind: "dataplane", services: [], what, from: "broken", to: "repaired", reason: what }))),
    );
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
    while (this.#saving !== undefined) await this.#saving;
  }

  #changes(now: readonly Standing[]): Change[] {
    const at = this.#options.clock.now();
    return now.flatMap((standing) => {
      const key = keyOf(standing);
      const found = change(this.#known.get(key), standing, first(standing.kind), at);
      if (found === undefined && this.#known.has(key)) return [];
      this.#known.set(key, { state: standing.state, since: at });
      return found === undefined ? [] : [this.#caused(found, at)];
    });
  }

  /** Steps that fail no more, and VIPs and peers that are not there any more. */
  #ended({ failing, announcements, peers }: Status): Change[] {
    const there = new Set([...announcements.map(({ prefix }) => `${prefix}`), ...peers.map(({ address }) => `${address}`)]);
    const ended: Change[] = [];
    for (const [key, { state, since }] of this.#known) {
      const [kind, subject = "", ...rest] = key.split(" ");
      const what = rest.join(" ");
      const stood = Math.round(this.#options.clock.now() - since);
      if (kind === "step" && !failing.has(what)) {
        ended.push({ kind, services: [], what, from: state, to: "done", reason: "done, or not wanted any more", stood });
        this.#known.delete(key);
      } else if ((kind === "announcement" || kind === "dataplane" || kind === "peer") && !there.has(subject))
        this.#known.delete(key);
    }
    return ended;
  }

  /** How long a VIP took to follow what happened to its services. */
  #caused(found: Change, now: number): Change {
    const { kind, services, to } = found;
    if (kind === "health" || kind === "word") {
      for (const name of services) this.#causes.set(name, now);
      return found;
    }
    if (kind !== "announcement" || (to !== "proven" && to !== "sent" && to !== "withdrawn")) return found;
    const causes = services.flatMap((name) => this.#causes.get(name) ?? []);
    for (const name of services) this.#causes.delete(name);
    const took = now - Math.max(...causes);
    return causes.length === 0 || took > CAUSE_MS ? found : { ...found, took: Math.round(took) };
  }

  #add(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    const at = preciseTime();
    for (const one of changes) {
      const event = { id: (this.#ring.last?.id ?? 0) + 1, at, ...one };
      this.#ring.add(event);
      if (this.#options.store !== undefined) this.#unsaved.push(event);
    }
    for (const listener of this.#listeners) listener();
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined;
    });
  }

  /** One write at a time; what comes meanwhile is the next one. What cannot be written is in memory only. */
  async #save(): Promise<void> {
    const { store, reporter } = this.#options;
    while (this.#unsaved.length > 0) {
      const events = this.#unsaved;
      this.#unsaved = [];
      try {
        await store?.append(events);
        reporter.trouble("the journal", undefined);
      } catch (error) {
        reporter.trouble("the journal", `${messageOf(error)}; what happens now is kept in memory only`);
      }
    }
  }
}
