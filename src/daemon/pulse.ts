import type { Clock } from "../core/ports.ts";

/** Milliseconds from one beat to the next. */
const PERIOD_MS = 500;
/** A beat that comes later than this (milliseconds) shows that the process stood still; a busy loop is late by less. */
const LATE_MS = 500;

/** Knows when this process last stood still for a second or more: suspended, stopped, starved, or busy with one thing. */
export class Pulse {
  readonly #clock: Clock;
  readonly #stopped = new AbortController();
  #beatAt: number;
  #wokeAt = Number.NEGATIVE_INFINITY;

  /** Beats from now on. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#beatAt = clock.now();
    void this.#run();
  }

  /** When it last went on after it had stood still, on the clock: now, where other timers are served before this one; -Infinity: never. */
  get wokeAt(): number {
    this.#look();
    return this.#wokeAt;
  }

  stop(): void {
    this.#stopped.abort();
  }

  #look(): void {
    const now = this.#clock.now();
    if (now - this.#beatAt > PERIOD_MS + LATE_MS) this.#beatAt = this.#wokeAt = now;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await this.#clock.sleep(PERIOD_MS, signal);
      this.#look();
      this.#beatAt = this.#clock.now();
    }
  }
}
