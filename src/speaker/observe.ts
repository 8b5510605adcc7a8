import type { Address, Prefix } from "../core/address.ts";
import type { Path } from "../core/path.ts";
import type { Sent, SentTo } from "../core/ports.ts";
import type { SpeakerState } from "../core/state.ts";
import type { Connection } from "./connection.ts";
import { decodeIdentity } from "./identity.ts";
import { decodePath, isLocal } from "./path.ts";
import { decodePeer, decodeSession } from "./peer.ts";
import { DIRECTIONS, isLocalOnly } from "./policy.ts";
import type { WirePeer } from "./wire.ts";

/** Reads what gobgpd holds, in six calls whatever the number of paths and peers, and in one while BGP is not started. */
export async function readState(connection: Connection, signal: AbortSignal): Promise<SpeakerState> {
  const identity = decodeIdentity(await connection.global(signal));
  // Before StartBgp gobgpd answers the other lists with an error.
  if (identity === undefined) return { identity, originatorOnly: false, peers: new Map(), paths: new Map() };
  const [peers, wirePaths, ...assignments] = await Promise.all([
    connection.peers(signal),
    connection.paths("global", signal),
    ...DIRECTIONS.map((direction) => connection.policyAssignment(direction, signal)),
  ]);
  const paths = new Map<Prefix, Path>();
  const identifiers = new Map<Prefix, number[]>();
  for (const wire of wirePaths) {
    const path = isLocal(wire) ? decodePath(wire, connection.dialect) : undefined;
    if (path === undefined) continue;
    // Others may inject a path for the same prefix under an identifier; ours is always the one without. Theirs counts where there
    // is no other, for it announces the prefix just as well.
    if (wire.identifier === 0 || !paths.has(path.prefix)) paths.set(path.prefix, path);
    if (wire.identifier !== 0) identifiers.set(path.prefix, [...(identifiers.get(path.prefix) ?? []), wire.identifier]);
  }
  connection.identifiers = identifiers;
  return {
    identity,
    originatorOnly: assignments.every(isLocalOnly),
    // gobgpd lists them in another order each time.
    peers: new Map(peers.toSorted((a, b) => (a.address < b.address ? -1 : 1)).map((peer) => [peer.address, peer])),
    paths,
  };
}

/** Reads which of the local paths each established peer is sent; gobgpd lists them for peers without a session as well. */
export async function readSent(connection: Connection, signal: AbortSignal): Promise<Sent> {
  const sent = new Map<Address, SentTo>();
  if (decodeIdentity(await connection.global(signal)) === undefined) return sent;
  for (const [peer, session] of established(await connection.wirePeers(signal))) {
    const wirePaths = await connection.paths({ sentTo: peer }, signal);
    const paths = wirePaths.filter(isLocal).map((wire) => decodePath(wire, connection.dialect));
    const texts = paths
      .filter((path) => path !== undefined)
      .map((path) => [path.prefix, JSON.stringify(path)] as const);
    sent.set(peer, { ...session, paths: new Map(texts) });
  }
  return sent;
}

export async function readSessions(connection: Connection, signal: AbortSignal): Promise<ReadonlyMap<Address, string>> {
  const peers = established(await connection.wirePeers(signal));
  return new Map(peers.map(([peer, { session }]) => [peer, session]));
}

function established(peers: readonly WirePeer[]): (readonly [Address, Omit<SentTo, "paths">])[] {
  return peers.flatMap((wire) => {
    const [peer, session] = [decodePeer(wire), decodeSession(wire)];
    return peer === undefined || session === undefined ? [] : [[peer.address, session] as const];
  });
}
