import type { Clock } from "../core/ports.ts";
import type { Pace } from "../core/staleness.ts";
import { atItsEnd, staleAfter } from "../core/staleness.ts";

export interface FreshnessOptions {
  readonly clock: Clock;
  readonly pace: Pace;
  /** When this process last went on after it had stood still, on the clock. */
  readonly pulse: { readonly wokeAt: number };
  /** The verdict has become stale. Must not throw. */
  readonly onStale: () => void;
}

/** Node's timers take no more than 24 days; what is longer is slept in parts (milliseconds). */
const LONGEST_MS = 86_400_000;

/** Watches over the age of one check's verdict, by a timer of its own: a monitor that is stuck cannot tell. */
export class Freshness {
  readonly #options: FreshnessOptions;
  readonly #stopped = new AbortController();
  #renewedAt: number;
  #end: number;
  #spared = false;
  #stale = false;
  #renewed = Promise.withResolvers<void>();

  /** The time of the first verdict begins now. */
  constructor(options: FreshnessOptions) {
    this.#options = options;
    this.#renewedAt = options.clock.now();
    this.#end = this.#renewedAt + staleAfter(options.pace);
    void this.#run();
  }

  get stale(): boolean {
    return this.#stale;
  }

  /** There is a result. */
  renew(): void {
    const { clock, pace } = this.#options;
    this.#renewedAt = clock.now();
    this.#end = this.#renewedAt + staleAfter(pace);
    this.#stale = false;
    this.#spared = false;
    this.#renewed.resolve();
  }

  stop(): void {
    this.#stopped.abort();
    this.#renewed.resolve();
  }

  async #run(): Promise<void> {
    const { clock, pace, pulse, onStale } = this.#options;
    const { signal } = this.#stopped;
    for (;;) {
      const end = this.#end;
      await clock.sleep(Math.min(end - clock.now(), LONGEST_MS), signal);
      if (signal.aborted) return;
      // Results that came meanwhile have moved the end; no timer is set anew for each.
      if (this.#end !== end || clock.now() < end) continue;
      const [renewedAt, spared] = [this.#renewedAt, this.#spared];
      const found = atItsEnd(pace, { renewedAt, now: clock.now(), wokeAt: pulse.wokeAt, spared });
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
