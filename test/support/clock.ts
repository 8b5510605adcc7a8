import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../../src/core/ports.ts";

interface Sleeper {
  readonly until: number;
  wake(): void;
}

/** A clock that stands still until a test moves it. Sleepers wake in the order of their time, and what they start runs before time goes on. */
export class VirtualClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start = 0) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** Sleepers that wait now; 0 at the end of a test proves that nothing was left behind. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleeper = {
      until: this.#now + ms,
      wake: () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", sleeper.wake);
        resolve();
      },
    };
    this.#sleepers.add(sleeper);
    signal?.addEventListener("abort", sleeper.wake, { once: true });
    return promise;
  }

  /** Moves time on by `ms`, one sleeper after the other, and lets everything that follows from it run. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.until);
      next.wake();
      await this.settle();
    }
    this.#now = end;
  }

  /** Time that passes while the whole process stands still: nobody wakes before the next `advance`, and then late. */
  stall(ms: number): void {
    this.#now += ms;
  }

  /** Lets everything run that waits for no time: promises, and what they queue. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < 3; turns++) await turn();
  }

  #next(end: number): Sleeper | undefined {
    const due = [...this.#sleepers].filter((sleeper) => sleeper.until <= end);
    // A stable sort: of two with the same time the one that slept first wakes first.
    return due.sort((a, b) => a.until - b.until)[0];
  }
}
