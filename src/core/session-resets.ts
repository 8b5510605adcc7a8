import { peerChanges } from "./peer.ts";
import type { PeerConfig } from "./state.ts";

/** A peer whose session a new config would reset or end. */
export interface SessionReset {
  readonly peer: PeerConfig["address"];
  /** What resets it: `AS 64512 is now 64513`; `it is not in the config any more`. */
  readonly change: string;
}

/** The sessions that these peers, in the place of those before, would reset or end, because gobgpd takes the change no other way. `standing`: peers whose session stands, for no other can be lost; undefined: that is not known, so each may. */
export function sessionResets(
  before: readonly PeerConfig[],
  after: readonly PeerConfig[],
  standing: ReadonlySet<PeerConfig["address"]> | undefined,
): readonly SessionReset[] {
  const next = new Map(after.map((peer) => [peer.address, peer]));
  return before.flatMap((peer) => {
    if (standing?.has(peer.address) === false) return [];
    const changes = peerChanges(peer, next.get(peer.address));
    return changes.length === 0 ? [] : [{ peer: peer.address, change: changes.join(", ") }];
  });
}
