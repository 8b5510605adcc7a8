import type { Address } from "../core/address.ts";
import { parseAddress } from "../core/address.ts";
import type { Peer, PeerConfig } from "../core/state.ts";
import { SESSION_STATES } from "../core/state.ts";
import { wireFamily } from "./attributes.ts";
import { isAs, isPort } from "./identity.ts";
import type { WirePeer } from "./wire.ts";

const BGP_PORT = 179;
/** gobgpd's defaults of 120 s and 30 s would leave a host without sessions for minutes after a fault that lasted seconds. */
const CONNECT_RETRY_SECONDS = 5;
const IDLE_HOLD_SECONDS = 5;

/** A reason why gobgpd must not be sent this peer address, or undefined: an empty or malformed one makes GoBGP 4 crash. */
export function peerAddressFault(address: Address): string | undefined {
  if (parseAddress(address) !== address) return `peer address ${address || '""'} is not a canonical address`;
  return address === "0.0.0.0" || address === "::" ? `peer address ${address} names no host` : undefined;
}

/** A reason why gobgpd must not be sent this peer, or undefined. */
export function peerFault(peer: PeerConfig): string | undefined {
  const fault = peerAddressFault(peer.address);
  if (fault !== undefined) return fault;
  if (!isAs(peer.as)) return `AS ${peer.as} of peer ${peer.address} is not 1..4294967295`;
  return isPort(peer.port) ? undefined : `port ${peer.port} of peer ${peer.address} is not 1..65535`;
}

/** The whole Peer message: UpdatePeer replaces everything, so there is no smaller one. Each afi_safi carries its family: without it gobgpd crashes. */
export function encodePeer(peer: PeerConfig): object {
  return {
    conf: { neighbor_address: peer.address, peer_asn: peer.as },
    timers: {
      config: { connect_retry: CONNECT_RETRY_SECONDS, idle_hold_time_after_reset: IDLE_HOLD_SECONDS },
    },
    transport: { remote_port: peer.port },
    afi_safis: [
      { config: { family: wireFamily("ipv4"), enabled: true } },
      { config: { family: wireFamily("ipv6"), enabled: true } },
    ],
  };
}

/** The peer, or undefined where it has no address (gobgpd's unnumbered peers, and the dummy peer of its event stream). */
export function decodePeer(wire: WirePeer | null): Peer | undefined {
  const address = parseAddress(wire?.conf?.neighbor_address || wire?.state?.neighbor_address || "");
  if (wire === null || address === undefined) return undefined;
  const session = SESSION_STATES[wire.state?.session_state ?? 0] ?? "unknown";
  const since = wire.timers?.state?.uptime?.seconds ?? 0;
  return {
    address,
    as: wire.conf?.peer_asn ?? 0,
    port: wire.transport?.remote_port || BGP_PORT,
    session,
    // gobgpd keeps the time of the session before.
    ...(session === "established" && since > 0 && { establishedAt: since }),
  };
}

/**
 * The name of the peer's session, and how many UPDATEs were written to the peer; undefined where none is established. By when it was
 * established, which gobgpd tells in whole seconds, and by the OPENs before it.
 */
export function decodeSession({
  state,
  timers,
}: WirePeer): { readonly session: string; readonly updates: number } | undefined {
  if (SESSION_STATES[state?.session_state ?? 0] !== "established") return undefined;
  const { update = 0, open = 0 } = state?.messages?.sent ?? {};
  return { session: `${timers?.state?.uptime?.seconds ?? 0}.${open}`, updates: update };
}

export function samePeer(a: PeerConfig, b: PeerConfig): boolean {
  return a.address === b.address && a.as === b.as && a.port === b.port;
}
