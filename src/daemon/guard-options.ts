import type { Clock, Speaker } from "../core/ports.ts";
import type { HoldMessage } from "./guard-protocol.ts";
import type { Logger } from "./log.ts";

/** A speaker that the guard opens for itself and closes again. */
export interface OwnSpeaker extends Speaker {
  stop(): Promise<void>;
}

export interface GuardOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly openSpeaker: (gobgp: HoldMessage["gobgp"]) => Promise<OwnSpeaker>;
  /** Keeps the last hold over restarts of the guard; undefined: nothing is to be watched any more. */
  readonly save: (hold: HoldMessage | undefined) => Promise<void>;
  /** A rest of the guard is over; for whoever watches the guard itself. */
  readonly onTurn?: () => void;
}
