import type { Address, Prefix } from "../core/address.ts";
import { messageOf, SpeakerUnreachable } from "../core/errors.ts";
import type { Clock, Sockets, Speaker } from "../core/ports.ts";
import type { Proofs, Unacknowledged } from "../core/proof.ts";
import {
  forget,
  hasNews,
  isArriving,
  isOpen,
  judge,
  leaving,
  lost,
  NO_PROOFS,
  see,
  unacknowledged,
} from "../core/proof.ts";
import type { Observed } from "../core/state.ts";
import type { Reporter } from "./reporter.ts";

export interface ProverOptions {
  readonly speaker: Speaker;
  /** undefined: no socket can be looked at, so nothing can be proven. */
  readonly sockets?: Sockets | undefined;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

const FIRST_MS = 100;
const never = new AbortController().signal;

/** Finds out what has arrived at the peers: looks at what gobgpd sends, and at the sockets it sends by. */
export class Prover {
  readonly #options: ProverOptions;
  #proofs: Proofs = NO_PROOFS;
  #pause = FIRST_MS;
  #wakeAt = Number.POSITIVE_INFINITY;
  /** Proofs that were lost since the start: of paths that were wanted all the while, each at one peer. */
  lost = 0;

  constructor(options: ProverOptions) {
    this.#options = options;
  }

  /** When a look may tell more than the last one, on the clock: after 100 ms, 200 ms, ... as long as something waits for its proof. */
  get wakeAt(): number {
    return this.#wakeAt;
  }

  /** Notes that these paths are about to be sent anew; whether they were taken away before, by somebody else, is for the caller to say. */
  sending(prefixes: ReadonlySet<Prefix>, takenAway: (prefix: Prefix) => boolean): void {
    const after = forget(this.#proofs, prefixes, this.#options.clock.now());
    this.lost += lost(this.#proofs, after, takenAway);
    this.#proofs = after;
    // A peer that hangs must not make the others wait for their look.
    this.#pause = FIRST_MS;
  }

  /** Prefixes whose withdrawal has not arrived yet at a peer that had them, as far as it can be told. */
  get leaving(): ReadonlySet<Prefix> {
    return leaving(this.#proofs);
  }

  /** The peers whose sessions stand right now; undefined: gobgpd cannot be asked. */
  async established(): Promise<ReadonlySet<Address> | undefined> {
    try {
      return new Set((await this.#options.speaker.sessions(never)).keys());
    } catch (error) {
      return error instanceof SpeakerUnreachable && error.absent ? new Set() : undefined;
    }
  }

  /** What is proven now. A gobgpd that cannot be read proves nothing; what was proven of a session that still stands later is. */
  async look(speaker: Observed["speaker"], wanted: (prefix: Prefix) => boolean): Promise<Proofs> {
    const before = this.#proofs;
    if (speaker === undefined) return this.#rest(NO_PROOFS);
    if (speaker === "absent" || (speaker.paths.size === 0 && !holdsAnything(before))) {
      this.#proofs = NO_PROOFS;
    } else {
      try {
        this.#proofs = await this.#read(before, speaker);
      } catch (error) {
        if (!(error instanceof SpeakerUnreachable)) this.#options.reporter.trouble("reading gobgpd", messageOf(error));
        return this.#rest(NO_PROOFS);
      }
    }
    this.lost += lost(before, this.#proofs, wanted);
    return this.#rest(this.#proofs);
  }

  async #read(
    before: Proofs,
    { peers, identity }: Exclude<Observed["speaker"], "absent" | undefined>,
  ): Promise<Proofs> {
    const { speaker, clock, sockets, reporter } = this.#options;
    const proofs = see(before, await speaker.sent(never), clock.now());
    if (hasNews(before, proofs)) this.#pause = FIRST_MS;
    if (!isOpen(proofs)) return proofs;
    let bytes: Unacknowledged = new Map();
    try {
      const found = (await sockets?.toward(new Set(proofs.keys()))) ?? [];
      bytes = unacknowledged(found, peers.values(), identity?.listenPort ?? 0);
      reporter.trouble("reading the sockets", undefined);
    } catch (error) {
      reporter.trouble("reading the sockets", messageOf(error));
    }
    return judge(proofs, bytes, await speaker.sessions(never), clock.now());
  }

  #rest(proofs: Proofs): Proofs {
    const waits = [...proofs.values()].some(
      ({ paths, leaving: left }) => left.size > 0 || [...paths.values()].some(isArriving),
    );
    this.#wakeAt = waits ? this.#options.clock.now() + this.#pause : Number.POSITIVE_INFINITY;
    this.#pause = waits ? this.#pause * 2 : FIRST_MS;
    return proofs;
  }
}

function holdsAnything(proofs: Proofs): boolean {
  return [...proofs.values()].some((proof) => proof.paths.size > 0 || proof.leaving.size > 0);
}
