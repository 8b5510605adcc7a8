import type { Clock } from "../core/ports.ts";
import type { Pace } from "../core/staleness.ts";
import { atItsEnd, staleAfter } from "../core/staleness.ts";

export interface FreshnessOptions {
  readonly clock: Clock;
  readonly pace: Pace;
  /** The verdict has become stale. Must not throw. */
  readonly onStale: () => void;
}

/** Node's timers take no more than 24 days; what is longer is slept in parts (milliseconds). */
const LONGEST_MS = 86_400_000;

/** Watches over the age of one check's verdict, by a timer of its own: a monitor that is stuck cannot tell. */
export class Freshness {
  readonly #options: FreshnessOptions;
  readonly #stopped = new AbortController();
  #end: number;
  #spared = false;
  #stale = false;
  #renewed = Promise.withResolvers<void>();

  /** The time of the first verdict begins now. */
  constructor(options: FreshnessOptions) {
    this.#options = options;
    this.#end = options.clock.now() + staleAfter(options.pace);
    void this.#run();
  }

  get stale(): boolean {
    return this.#stale;
  }

  /** There is a result. */
  renew(): void {
    const { clock, pace } = this.#options;
    this.#end = clock.now() + staleAfter(pace);
    this.#stale = false;
    this.#spared = false;
    this.#renewed.resolve();
  }

  stop(): void {
    this.#stopped.abort();
    this.#renewed.resolve();
  }

  async #run(): Promise<void> {
    const { clock, pace, onStale } = this.#options;
    const { signal } = this.#stopped;
    for (;;) {
      const end = this.#end;
      await clock.sleep(Math.min(end - clock.now(), LONGEST_MS), signal);
      if (signal.aborted) return;
      // Results that came meanwhile have moved the end; no timer is set anew for each.
      if (this.#end !== end || clock.now() < end) continue;
      const found = atItsEnd(pace, end, clock.now(), this.#spared);
      if (found !== "stale") {
        this.#spared = true;
        this.#end = found.extendedTo;
        continue;
      }
      this.#stale = true;
      this.#renewed = Promise.withResolvers();
      onStale();
      await this.#renewed.promise;
      if (signal.aborted) return;
    }
  }
}
