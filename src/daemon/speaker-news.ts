import type { Address } from "../core/address.ts";
import type { SpeakerEvent } from "../core/ports.ts";
import type { Notes } from "./journal.ts";
import type { Logger } from "./log.ts";

/** Tells what gobgpd says by itself. Only what a peer can hear is news: a session that comes, and one that goes; the steps between are for debugging. */
export class SpeakerNews {
  readonly #log: Logger;
  readonly #notes: Notes;
  readonly #established = new Set<Address>();
  readonly #exposed: () => Promise<string | undefined>;
  #warned: string | undefined;

  /** `exposed`: what is wrong with who can reach gobgpd; asked each time that it comes up, told when it changes. */
  constructor(log: Logger, notes: Notes, exposed: () => Promise<string | undefined>) {
    this.#log = log;
    this.#notes = notes;
    this.#exposed = exposed;
  }

  tell(event: SpeakerEvent): void {
    if (event.kind === "up")
      this.#up(`${event.version} at ${event.api}`, `gobgpd at ${event.api} answers (${event.version})`);
    else if (event.kind === "down") this.#down(event.reason);
    else if (event.kind === "session") this.#session(event.peer, event.state);
  }

  #up(reason: string, line: string): void {
    this.#notes.note({ kind: "gobgpd", services: [], state: "up", reason });
    this.#log.info(line);
    void this.#lookAtExposure();
  }

  #down(reason: string): void {
    this.#notes.note({ kind: "gobgpd", services: [], state: "down", reason });
    for (const peer of this.#established)
      this.#notes.note({ kind: "peer", services: [], peer, state: "unknown", reason: "gobgpd does not answer" });
    this.#established.clear();
    this.#log.error(reason);
  }

  async #lookAtExposure(): Promise<void> {
    const found = await this.#exposed();
    if (found !== undefined && found !== this.#warned) this.#log.warn(found);
    this.#warned = found;
  }

  #session(peer: Address, state: string): void {
    const up = state === "established";
    this.#notes.note({ kind: "peer", services: [], peer, state: up ? "up" : "down", reason: `session ${state}` });
    if (state === "established") {
      this.#established.add(peer);
      this.#log.info(`peer ${peer}: session established`);
    } else if (this.#established.delete(peer)) this.#log.warn(`peer ${peer}: session lost, now ${state}`);
    else this.#log.debug(`peer ${peer}: session ${state}`);
  }
}
