import type { ReloadState } from "../admin/api.ts";
import type { OperatorMetrics } from "../admin/operator-metrics.ts";
import { messageOf, Refused } from "../core/errors.ts";
import type { Beacon } from "./beacon.ts";
import { textOfTime, timeOfText } from "./clock.ts";
import type { Journal } from "./journal.ts";
import type { Logger } from "./log.ts";
import type { ReloadTerms } from "./reload.ts";

export interface ReloaderOptions {
  readonly log: Logger;
  readonly beacon: Beacon;
  readonly metrics: OperatorMetrics;
  readonly journal: Pick<Journal, "tell">;
  /** Reads the config and takes it over, whole or not at all; answers a line about it, or throws with all that is wrong. undefined: this process is past that. */
  readonly takeOver: (terms: ReloadTerms) => Promise<string | undefined>;
}

/** How one reload went, and that in one line. */
export type Reloaded = ReloadState & { readonly line: string };

/** What is taken over where nobody says more: SIGHUP cannot ask back. */
const CAREFUL: ReloadTerms = { allowSessionReset: false };

/** Takes new configs over, one after the other, and remembers how it went. */
export class Reloader {
  readonly #options: ReloaderOptions;
  #state: ReloadState;
  #running: Promise<unknown> = Promise.resolve();
  #pending = 0;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#state = this.#done(undefined);
  }

  get state(): ReloadState {
    return this.#state;
  }

  /** Never throws: the log says how it went, and so does the answer, in one line. */
  reload(terms = CAREFUL): Promise<Reloaded> {
    this.#pending++;
    const turn = this.#running.then(() => this.#once(terms)).finally(() => this.#pending--);
    this.#running = turn;
    return turn;
  }

  /** Resolves when no reload is under way, with whether there was one. */
  async settled(): Promise<boolean> {
    const busy = this.#pending > 0;
    await this.#running;
    return busy;
  }

  async #once(terms: ReloadTerms): Promise<Reloaded> {
    const { log, beacon, takeOver } = this.#options;
    beacon.reloading(process.hrtime.bigint() / 1000n);
    try {
      const line = await takeOver(terms);
      if (line === undefined) return { ...this.#state, error: STOPPING, line: STOPPING };
      log.info(line);
      this.#become(this.#done(undefined), line);
      return { ...this.#state, line };
    } catch (error) {
      const line = `the config is not reloaded, the one before stays: ${messageOf(error)}`;
      log.error(line);
      const refused = error instanceof Refused && { refused: true };
      this.#become({ ...this.#done(messageOf(error)), ...refused }, messageOf(error));
      return { ...this.#state, line };
    } finally {
      beacon.reloaded();
    }
  }

  #become(state: ReloadState, reason: string): void {
    const word = ({ error }: ReloadState) => (error === undefined ? "ok" : "refused");
    this.#options.journal.tell({ kind: "reload", services: [], from: word(this.#state), to: word(state), reason });
    this.#state = state;
  }

  #done(error: string | undefined): ReloadState {
    const at = textOfTime();
    this.#options.metrics.reload(error === undefined ? timeOfText(at) : undefined);
    return error === undefined ? { at } : { at, error };
  }
}

const STOPPING = "this controller is stopping, so no config is taken over any more";
