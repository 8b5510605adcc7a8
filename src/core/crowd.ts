import type { Change } from "./event.ts";

/** Alike changes within so many milliseconds, beyond so many, are one entry with a number. */
const WINDOW_MS = 1_000;
const MOST_ALIKE = 100;

interface Seen {
  readonly change: Change;
  readonly since: number;
  count: number;
}

/** Keeps ten thousand things that change at once from taking the whole journal: the first of those that are alike stand for themselves, the others are counted. */
export class Crowd {
  readonly #seen = new Map<string, Seen>();

  /** The changes that get an entry, `now` on the monotonic clock, and one for each crowd whose time is over. */
  admit(changes: readonly Change[], now: number): readonly Change[] {
    const ended = this.#ended(now);
    const told = changes.filter((one) => this.#count(one, now) <= MOST_ALIKE);
    return [...ended, ...told];
  }

  #count(change: Change, now: number): number {
    const { kind, from, to } = change;
    const key = `${kind} ${from} ${to}`;
    const seen = this.#seen.get(key) ?? { change, since: now, count: 0 };
    this.#seen.set(key, seen);
    return ++seen.count;
  }

  #ended(now: number): readonly Change[] {
    return [...this.#seen].flatMap(([key, { change, since, count }]): Change[] => {
      if (now - since < WINDOW_MS) return [];
      this.#seen.delete(key);
      if (count <= MOST_ALIKE) return [];
      const { kind, from, to } = change;
      return [{ kind, services: [], from, to, reason: "alike, in the same moment", more: count - MOST_ALIKE }];
    });
  }
}
