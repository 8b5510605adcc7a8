import type { StatusDocument } from "../admin/api.ts";
import type { Listing } from "./listing.ts";
import { list } from "./listing.ts";
import type { PageSource } from "./source.ts";

/** Milliseconds that one lasts where things change, and where nothing does. */
const LEAST_MS = 250;
const MOST_MS = 1_000;
/** It lasts so many times as long as it took to make: whoever asks how often, a small part of this process goes there. */
const SHARE = 10;

/** All that there is to show, as it was at one moment. */
export interface Shown {
  readonly document: StatusDocument;
  readonly listing: Listing;
  /** What `History.changes` was. */
  readonly changes: number;
  readonly time: string;
}

/** Made at most so often, and shared by all who look: what ten thousand services cost does not grow with the lookers. */
export class Snapshot {
  readonly #source: PageSource;
  #shown: Shown | undefined;
  #at = 0;
  #cost = 0;

  constructor(source: PageSource) {
    this.#source = source;
  }

  /** One that is young enough; things may have changed since. */
  take(): Shown {
    const { actions, history, clock, time } = this.#source;
    const now = clock.now();
    const shown = this.#shown;
    const least = shown?.changes === history.changes ? MOST_MS : LEAST_MS;
    if (shown !== undefined && now - this.#at < Math.max(least, SHARE * this.#cost)) return shown;
    const { changes } = history;
    const document = actions.status();
    const fresh = { document, listing: list(document), changes, time: time() };
    this.#shown = fresh;
    this.#at = clock.now();
    this.#cost = this.#at - now;
    return fresh;
  }

  /** What was done just now is to be seen. */
  drop(): void {
    this.#shown = undefined;
  }
}
