import type { Address, Prefix } from "./address.ts";
import type { Password } from "./password.ts";
import type { Path } from "./path.ts";
import type { VirtualService, VirtualServiceKey } from "./service.ts";

export interface LinkAddress {
  readonly address: Address;
  readonly prefixLength: number;
  /** False while IPv6 duplicate address detection runs or after it failed: the kernel does not answer for it. */
  readonly usable: boolean;
}

export interface Link {
  readonly name: string;
  /** `dummy`, `veth`, ...; empty for a physical device (rtnetlink's IFLA_INFO_KIND). */
  readonly kind: string;
  readonly alias: string;
  readonly up: boolean;
  readonly addresses: readonly LinkAddress[];
}

/** What the kernel was seen to hold: all links of the network namespace, and all of its IPVS table where we manage IPVS. */
export interface KernelState {
  readonly links: ReadonlyMap<string, Link>;
  /** undefined: IPVS is not ours to manage (`-ipvs-setup=false`), so it was not read. */
  readonly virtualServices: ReadonlyMap<VirtualServiceKey, VirtualService> | undefined;
  /** Connections of each real server, open, half open or closing (of UDP: flows), as `ownedServerKey` names it; one that has none is left out. */
  readonly connections?: ReadonlyMap<string, number>;
  /** Settings of IPVS, by their names in sysctl(8): those of IPVS_SYSCTLS that the kernel has. */
  readonly sysctls?: ReadonlyMap<string, string>;
}

export interface Identity {
  readonly as: number;
  readonly routerId: Address;
  /** -1: do not listen; 1..65535. */
  readonly listenPort: number;
}

export interface PeerConfig {
  /** With its zone where it is a link-local one, as gobgpd names the peers that it finds by their interface: `fe80::1%eth0`. */
  readonly address: Address;
  readonly as: number;
  /** The peer's TCP port, 1..65535. */
  readonly port: number;
  /** Of TCP-MD5 (RFC 2385); undefined: the session is not signed. */
  readonly password?: Password;
  /** Seconds without a word after which the session is lost, 3..65535; undefined: gobgpd's own. */
  readonly holdTime?: number;
  /** The TTL that packets to an external peer leave with, 2..255; undefined: 1, so that it has to be on the same network. Not together with ttlSecurity. */
  readonly multihop?: number;
  /** The most hops, 1..254, that packets from the peer may have come over (RFC 5082); undefined: any number. */
  readonly ttlSecurity?: number;
}

/** A BGP session's states (RFC 4271, 8.2.2), in the order in which gobgpd numbers them (PeerState.SessionState). */
export const SESSION_STATES = [
  "unknown",
  "idle",
  "connect",
  "active",
  "opensent",
  "openconfirm",
  "established",
] as const;
export type SessionState = (typeof SESSION_STATES)[number];

export interface Peer extends PeerConfig {
  readonly session: SessionState;
  /** Since when the session stands by gobgpd's own clock, in seconds since 1970; undefined where none stands. */
  readonly establishedAt?: number | undefined;
}

/** What gobgpd was seen to hold. */
export interface SpeakerState {
  /** undefined: gobgpd runs, BGP is not started in it. */
  readonly identity: Identity | undefined;
  /** The local-only policy stands in both directions: learned routes are not passed on. */
  readonly originatorOnly: boolean;
  readonly peers: ReadonlyMap<Address, Peer>;
  /** Paths that were injected on this host, whoever did it; learned ones are left out. */
  readonly paths: ReadonlyMap<Prefix, Path>;
}

export interface Observed {
  /** undefined: it could not be read. Unknown is not empty. */
  readonly kernel: KernelState | undefined;
  /** undefined: it could not be read; "absent": nothing listens at the API's address, so no session carries a path of ours. */
  readonly speaker: SpeakerState | "absent" | undefined;
}
