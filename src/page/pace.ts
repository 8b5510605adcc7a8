import type { Clock } from "../core/ports.ts";

/** Pages a second in the long run, and at once after a rest. */
const RATE = 40;
const BURST = 80;

/** Holds the making of pages to a rate, so that whoever asks how often, the controller's own work has the time it needs. */
export class Pace {
  readonly #clock: Pick<Clock, "now">;
  #left = BURST;
  #at: number;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
    this.#at = clock.now();
  }

  /** True: one more may be made now. */
  take(): boolean {
    const now = this.#clock.now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) * RATE) / 1_000);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
