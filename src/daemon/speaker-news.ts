import type { SpeakerEvent } from "../core/ports.ts";
import type { Logger } from "./log.ts";

/** Tells what gobgpd says by itself. Only what a peer can hear is news: a session that comes, and one that goes; the steps between are for debugging. */
export class SpeakerNews {
  readonly #log: Logger;
  readonly #established = new Set<string>();
  readonly #exposed: () => Promise<string | undefined>;
  #warned: string | undefined;

  /** `exposed`: what is wrong with who can reach gobgpd; asked each time that it comes up, told when it changes. */
  constructor(log: Logger, exposed: () => Promise<string | undefined>) {
    this.#log = log;
    this.#exposed = exposed;
  }

  tell(event: SpeakerEvent): void {
    if (event.kind === "up") {
      this.#log.info(`gobgpd at ${event.api} answers (${event.version})`);
      void this.#lookAtExposure();
    } else if (event.kind === "down") {
      this.#established.clear();
      this.#log.error(event.reason);
    } else if (event.kind === "session") this.#session(event.peer, event.state);
  }

  async #lookAtExposure(): Promise<void> {
    const found = await this.#exposed();
    if (found !== undefined && found !== this.#warned) this.#log.warn(found);
    this.#warned = found;
  }

  #session(peer: string, state: string): void {
    if (state === "established") {
      this.#established.add(peer);
      this.#log.info(`peer ${peer}: session established`);
    } else if (this.#established.delete(peer)) this.#log.warn(`peer ${peer}: session lost, now ${state}`);
    else this.#log.debug(`peer ${peer}: session ${state}`);
  }
}
