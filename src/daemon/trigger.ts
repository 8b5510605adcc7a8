import type { Clock } from "../core/ports.ts";

/** "Look again": any number of requests while a pass runs mean one more pass. It carries no decision. */
export class Trigger {
  #requested = false;
  #wake: AbortController | undefined;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  request(): void {
    this.#requested = true;
    this.#wake?.abort();
  }

  /** Resolves at the first request since the last time it resolved, with true, or after `ms`, with false. */
  async next(ms: number): Promise<boolean> {
    if (!this.#requested) {
      this.#wake = new AbortController();
      await this.#clock.sleep(ms, this.#wake.signal);
    }
    const requested = this.#requested;
    this.#requested = false;
    return requested;
  }
}
