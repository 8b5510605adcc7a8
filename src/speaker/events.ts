import type { Address } from "../core/address.ts";
import type { Clock, SpeakerEvent } from "../core/ports.ts";
import type { SessionState } from "../core/state.ts";
import { decodePeer } from "./peer.ts";
import type { WireEvent } from "./wire.ts";

/** A thousand paths in a row are one change to look at. */
const COALESCE_MS = 50;
/** Numbers of PeerEvent.Type, the same in both generations. */
const INIT = 1;
const END_OF_INIT = 2;
const STATE = 3;

/** Turns one event stream of gobgpd into speaker events: only changes of session state, and table changes in bundles. */
export class Events {
  /** Resolves at the end of the initial peers: gobgpd serves the stream. */
  readonly live: Promise<void>;
  readonly #clock: Clock;
  readonly #onEvent: (event: SpeakerEvent) => void;
  readonly #signal: AbortSignal;
  readonly #sessions = new Map<Address, SessionState>();
  readonly #setLive: () => void;
  #open = false;
  #tableDue = false;

  /** Tells nothing before `open`, and nothing after `signal` is aborted. */
  constructor(clock: Clock, onEvent: (event: SpeakerEvent) => void, signal: AbortSignal) {
    this.#clock = clock;
    this.#onEvent = onEvent;
    this.#signal = signal;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.live = promise;
    this.#setLive = resolve;
  }

  /** Tells the sessions that stood at the start, and from now on each change. */
  open(): void {
    this.#open = true;
    for (const [peer, state] of this.#sessions) this.#tell({ kind: "session", peer, state });
  }

  take(event: WireEvent): void {
    if (event.event === "table") {
      // A path that was announced again unchanged comes as an event without paths; learned paths, which may churn, are none of ours.
      if (this.#open && event.table?.paths.some(({ source_asn }) => source_asn === 0) === true) this.changed();
    } else if (event.peer?.type === END_OF_INIT) {
      this.#setLive();
    } else if (event.peer?.type === INIT || event.peer?.type === STATE) {
      const peer = decodePeer(event.peer.peer);
      if (peer === undefined || this.#sessions.get(peer.address) === peer.session) return;
      this.#sessions.set(peer.address, peer.session);
      if (this.#open) this.#tell({ kind: "session", peer: peer.address, state: peer.session });
    }
  }

  /** Says soon, and once for all that changes until then, that the state is to be looked at. */
  changed(): void {
    if (this.#tableDue) return;
    this.#tableDue = true;
    void this.#clock.sleep(COALESCE_MS, this.#signal).then(() => {
      this.#tableDue = false;
      this.#tell({ kind: "table" });
    });
  }

  #tell(event: SpeakerEvent): void {
    if (!this.#signal.aborted) this.#onEvent(event);
  }
}
