import { messageOf } from "../core/errors.ts";
import type { Clock } from "../core/ports.ts";
import type { Logger } from "./log.ts";
import type { Reporter } from "./reporter.ts";

/** What an endpoint has of the process that it is a part of. */
export interface EndpointParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly reporter: Pick<Reporter, "trouble" | "forget">;
}

export interface PersistentOptions extends Pick<EndpointParts, "clock" | "reporter"> {
  /** What works or does not, as people are told. */
  readonly part: string;
  readonly attempt: () => Promise<void>;
  /** What stood in the way, and what to do. */
  readonly words?: (error: string) => string;
}

/** Milliseconds to the second try; each pause after it is twice as long, up to the longest. */
const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** Something that a stranger may stand in the way of, as a port that is taken: told, and tried until it goes well or is wanted no more. */
export class Persistent {
  readonly #options: PersistentOptions;
  readonly #stopped = new AbortController();
  #more: Promise<void> = Promise.resolve();

  constructor(options: PersistentOptions) {
    this.#options = options;
  }

  /** Resolves after the first try, whatever came of it. */
  async start(): Promise<void> {
    if (!(await this.#try())) this.#more = this.#again();
  }

  /** No try begins after this, and nobody is told any more; resolves when the last one has ended. */
  async stop(): Promise<void> {
    this.#stopped.abort("wanted no more");
    await this.#more;
    this.#options.reporter.forget(this.#options.part);
  }

  async #again(): Promise<void> {
    for (let pause = FIRST_MS; ; pause = Math.min(LONGEST_MS, 2 * pause)) {
      await this.#options.clock.sleep(pause, this.#stopped.signal);
      if (this.#stopped.signal.aborted || (await this.#try())) return;
    }
  }

  async #try(): Promise<boolean> {
    const { part, attempt, words = (error) => error, reporter } = this.#options;
    try {
      await attempt();
      reporter.trouble(part, undefined);
      return true;
    } catch (error) {
      reporter.trouble(part, `${words(messageOf(error))}; it is tried again, and the main job goes on`);
      return false;
    }
  }
}
