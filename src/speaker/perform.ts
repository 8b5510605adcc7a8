import type { Address, Prefix } from "../core/address.ts";
import type { SpeakerOp } from "../core/op.ts";
import { pathFamily } from "../core/path.ts";
import { holdTimeOf, samePeer } from "../core/peer.ts";
import type { Identity, PeerConfig } from "../core/state.ts";
import { wireFamily } from "./attributes.ts";
import type { Connection } from "./connection.ts";
import { decodeIdentity, encodeIdentity, identityFault } from "./identity.ts";
import { announceFault, encodeAnnounce, encodeWithdrawals, withdrawFault } from "./path.ts";
import { encodePeer, peerAddressFault, peerFault } from "./peer.ts";
import { addPolicyRequest, DIRECTIONS, isLocalOnly } from "./policy.ts";
import { wallNow } from "./wall-clock.ts";

/** A reason why this op must not reach gobgpd, or undefined. gobgpd checks little, and crashes on some of what it does not check. */
export function opFault(op: SpeakerOp): string | undefined {
  switch (op.kind) {
    case "bgp.start":
      return identityFault(op.identity);
    case "policy.set":
      return undefined;
    case "path.announce":
      return announceFault(op.path);
    case "path.withdraw":
      return withdrawFault(op.prefix);
    case "peer.add":
    case "peer.update":
      return peerFault(op.peer);
    case "peer.delete":
      return peerAddressFault(op.address);
  }
}

/** Carries out one sound op; resolves when gobgpd has it, also where it had it before. */
export function perform(connection: Connection, op: SpeakerOp, signal: AbortSignal): Promise<void> {
  switch (op.kind) {
    case "bgp.start":
      return startBgp(connection, op.identity, signal);
    case "policy.set":
      return setPolicy(connection, signal);
    case "path.announce": {
      const path = encodeAnnounce(op.path, connection.dialect, wallNow());
      return connection.call("AddPath", { table_type: connection.dialect.table.global, path }, signal);
    }
    case "path.withdraw":
      return withdraw(connection, op.prefix, signal);
    case "peer.add":
    case "peer.update":
      return setPeer(connection, op.peer, signal);
    case "peer.delete":
      return deletePeer(connection, op, signal);
  }
}

/** GetBgp always comes first: a second StartBgp empties the RIB under live sessions, and the peers keep orphaned routes. */
async function startBgp(connection: Connection, identity: Identity, signal: AbortSignal): Promise<void> {
  const found = decodeIdentity(await connection.global(signal));
  if (found === undefined) {
    await connection.call("StartBgp", { global: encodeIdentity(identity) }, signal);
    connection.as = identity.as;
    return;
  }
  if (found.as !== identity.as || found.routerId !== identity.routerId)
    throw new Error(
      `gobgpd at ${connection.client.api} runs BGP as AS ${found.as}, router ID ${found.routerId} already; ` +
        "put the same into bgp.local, or restart gobgpd without a BGP config of its own",
    );
}

async function setPolicy(connection: Connection, signal: AbortSignal): Promise<void> {
  if (await policyStands(connection, signal)) return;
  // "already defined" is no failure; whether what is defined is right is seen below.
  const refusal = await connection.call("AddPolicy", addPolicyRequest, signal).then(
    () => undefined,
    (error: unknown) => error,
  );
  for (const direction of DIRECTIONS) {
    await connection.assignPolicy(direction, signal).catch((error: unknown) => {
      throw refusal ?? error;
    });
  }
  if (!(await policyStands(connection, signal)))
    throw new Error(
      `gobgpd at ${connection.client.api} holds another policy in the place of the local-only policy; ` +
        "remove its global policy assignment, or restart gobgpd",
    );
  // Peers that were there before have routes that the policy would not have let pass.
  if ((await connection.peers(signal)).length > 0)
    await connection.call("ResetPeer", { address: "all", soft: true, direction: connection.dialect.resetBoth }, signal);
}

async function policyStands(connection: Connection, signal: AbortSignal): Promise<boolean> {
  for (const direction of DIRECTIONS)
    if (!isLocalOnly(await connection.policyAssignment(direction, signal))) return false;
  return true;
}

/** By prefix, not by the uuid of its announcement, which gobgpd forgets when it restarts. An absent path is no error. */
async function withdraw(connection: Connection, prefix: Prefix, signal: AbortSignal): Promise<void> {
  const table_type = connection.dialect.table.global;
  // Without a family GoBGP 3 deletes the paths of all families.
  const family = wireFamily(pathFamily({ prefix }));
  for (const path of encodeWithdrawals(prefix, connection, wallNow()))
    await connection.call("DeletePath", { table_type, family, path }, signal);
}

/** Reads first: UpdatePeer resets the session on GoBGP 3.10 even where nothing changes, and AddPeer of a known peer is an error. */
async function setPeer(connection: Connection, peer: PeerConfig, signal: AbortSignal): Promise<void> {
  const found = await knownPeer(connection, peer.address, signal);
  if (found !== undefined && samePeer(found, peer)) return;
  const request = { peer: encodePeer(peer) };
  if (found !== undefined && sameSession(found, peer)) return connection.call("UpdatePeer", request, signal);
  // Whatever ends it half-way, gobgpd then lists no peer, or one that is not as it should be.
  if (found !== undefined) await removePeer(connection, found, peer.password !== undefined, signal);
  await connection.call("AddPeer", request, signal);
}

/** Whether UpdatePeer is enough: it begins a new session for an AS, a port and a password, on all generations, but leaves the old one with its timers (3.36, 4.8) and TTLs (3.36). */
function sameSession(a: PeerConfig, b: PeerConfig): boolean {
  return holdTimeOf(a) === holdTimeOf(b) && a.multihop === b.multihop && a.ttlSecurity === b.ttlSecurity;
}

async function deletePeer(
  connection: Connection,
  op: Extract<SpeakerOp, { kind: "peer.delete" }>,
  signal: AbortSignal,
): Promise<void> {
  const found = await knownPeer(connection, op.address, signal);
  if (found !== undefined) await removePeer(connection, found, false, signal);
}

/** DeletePeer leaves the key at the socket that gobgpd listens on, where another takes its place; a peer that comes back without one would never pass. UpdatePeer takes it. */
async function removePeer(
  connection: Connection,
  { password, ...peer }: PeerConfig,
  anotherKeyComes: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (password !== undefined && !anotherKeyComes)
    await connection.call("UpdatePeer", { peer: encodePeer(peer) }, signal);
  await connection.call("DeletePeer", { address: peer.address }, signal);
}

async function knownPeer(
  connection: Connection,
  address: Address,
  signal: AbortSignal,
): Promise<PeerConfig | undefined> {
  return (await connection.peers(signal, address)).find((peer) => peer.address === address);
}
