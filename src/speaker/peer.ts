import type { Address } from "../core/address.ts";
import { parseAddress } from "../core/address.ts";
import { LONGEST_PASSWORD, Password } from "../core/password.ts";
import { holdTimeOf } from "../core/peer.ts";
import type { SentTo } from "../core/ports.ts";
import type { Peer, PeerConfig } from "../core/state.ts";
import { SESSION_STATES } from "../core/state.ts";
import { wireFamily } from "./attributes.ts";
import { isAs, isPort } from "./identity.ts";
import type { WirePeer } from "./wire.ts";

const BGP_PORT = 179;
/** gobgpd's defaults of 120 s and 30 s would leave a host without sessions for minutes after a fault that lasted seconds. */
const CONNECT_RETRY_SECONDS = 5;
const IDLE_HOLD_SECONDS = 5;
/** What a packet leaves with whose receiver counts the hops by it (RFC 5082). */
const HIGHEST_TTL = 255;

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
  if (!isPort(peer.port)) return `port ${peer.port} of peer ${peer.address} is not 1..65535`;
  return termsFault(peer);
}

function termsFault({ address, password, holdTime, multihop, ttlSecurity }: PeerConfig): string | undefined {
  const not = (value: number | undefined, least: number, most: number, what: string) =>
    value === undefined || (Number.isInteger(value) && value >= least && value <= most)
      ? undefined
      : `${what} ${value} of peer ${address} is not ${least}..${most}`;
  // GoBGP 3 has no peer any more after an UpdatePeer that it refuses for this.
  if (multihop !== undefined && ttlSecurity !== undefined)
    return `peer ${address} has both multihop and TTL security, which exclude each other`;
  return (
    not(password?.length, 1, LONGEST_PASSWORD, "password length") ??
    not(holdTime, 3, 65_535, "hold time") ??
    not(multihop, 2, 255, "multihop") ??
    not(ttlSecurity, 1, 254, "TTL security")
  );
}

/** The whole Peer message: UpdatePeer replaces everything, so there is no smaller one. Each afi_safi carries its family: without it gobgpd crashes. */
export function encodePeer(peer: PeerConfig): object {
  return {
    conf: {
      neighbor_address: peer.address,
      peer_asn: peer.as,
      ...(peer.password !== undefined && { auth_password: peer.password.reveal() }),
    },
    timers: {
      config: {
        connect_retry: CONNECT_RETRY_SECONDS,
        hold_time: holdTimeOf(peer),
        keepalive_interval: Math.floor(holdTimeOf(peer) / 3),
        idle_hold_time_after_reset: IDLE_HOLD_SECONDS,
      },
    },
    transport: { remote_port: peer.port },
    ...(peer.multihop !== undefined && { ebgp_multihop: { enabled: true, multihop_ttl: peer.multihop } }),
    ...(peer.ttlSecurity !== undefined && {
      ttl_security: { enabled: true, ttl_min: HIGHEST_TTL + 1 - peer.ttlSecurity },
    }),
    afi_safis: [
      { config: { family: wireFamily("ipv4"), enabled: true } },
      { config: { family: wireFamily("ipv6"), enabled: true } },
    ],
  };
}

/** The peer, or undefined where it has no address (an unnumbered peer that gobgpd has not found, and the dummy peer of its event stream). */
export function decodePeer(wire: WirePeer | null): Peer | undefined {
  const address = addressOf(wire?.conf?.neighbor_address) ?? addressOf(wire?.state?.neighbor_address);
  if (wire === null || address === undefined) return undefined;
  const session = SESSION_STATES[wire.state?.session_state ?? 0] ?? "unknown";
  const since = wire.timers?.state?.uptime?.seconds ?? 0;
  return {
    address,
    as: wire.conf?.peer_asn ?? 0,
    port: wire.transport?.remote_port || BGP_PORT,
    ...decodeTerms(wire),
    session,
    // gobgpd keeps the time of the session before.
    ...(session === "established" && since > 0 && { establishedAt: since }),
  };
}

/** An unnumbered peer has the link-local address of the only neighbour on its interface, which gobgpd tells with the zone (RFC 4007): `fe80::1%eth0`. */
function addressOf(text = ""): Address | undefined {
  const [, plain = "", zone = ""] = /^([^%]*)(%[\w.:@-]{1,15})?$/.exec(text) ?? [];
  const address = parseAddress(plain);
  return address && (`${address}${zone}` as Address);
}

function decodeTerms({ conf, timers, ebgp_multihop: multihop, ttl_security: ttl }: WirePeer): Partial<PeerConfig> {
  const password = conf?.auth_password ?? "";
  const holdTime = timers?.config?.hold_time ?? 0;
  return {
    ...(password !== "" && { password: new Password(password) }),
    ...(holdTime !== 0 && { holdTime }),
    ...(multihop?.enabled === true && { multihop: multihop.multihop_ttl }),
    ...(ttl?.enabled === true && { ttlSecurity: HIGHEST_TTL + 1 - ttl.ttl_min }),
  };
}

/**
 * The name of the peer's session, how many UPDATEs were written to the peer, and whether all are held back; undefined where none is established.
 * By when it was established, which gobgpd tells in whole seconds, and by the OPENs before it.
 */
export function decodeSession({
  state,
  timers,
  graceful_restart: restart,
}: WirePeer): Omit<SentTo, "paths"> | undefined {
  if (SESSION_STATES[state?.session_state ?? 0] !== "established") return undefined;
  const { update = 0, open = 0 } = state?.messages?.sent ?? {};
  const session = `${timers?.state?.uptime?.seconds ?? 0}.${open}`;
  return { session, updates: update, ...(restart?.local_restarting === true && { heldBack: true }) };
}
