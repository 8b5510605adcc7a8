import type { Address } from "../core/address.ts";
import type { SharedPrefix } from "../core/desired.ts";
import type { LeaseTerms } from "../core/lease.ts";
import type { Service } from "../core/service.ts";
import type { StaleVerdict } from "../core/staleness.ts";
import type { Identity, PeerConfig } from "../core/state.ts";
import type { CheckConfig } from "../health/registry.ts";

/** The config as the daemon uses it: every default filled in, addresses canonical, durations in milliseconds. Frozen, all the way down. */
export interface Config {
  /** managed: we start BGP and own the peers; shared: gobgpd's own config does, and we own only our paths. */
  readonly mode: "managed" | "shared";
  readonly gobgp: Gobgp;
  /** In managed mode always there; in shared mode only where the file tells both router ID and AS, to be compared with gobgpd's. */
  readonly identity: Identity | undefined;
  /** Empty in shared mode. */
  readonly peers: readonly PeerConfig[];
  /** This host's address by family; there for each family that a VIP is of. */
  readonly nextHop: { readonly ipv4?: Address; readonly ipv6?: Address };
  readonly services: readonly ConfiguredService[];
  readonly sharedPrefix: SharedPrefix;
  readonly staleVerdict: StaleVerdict;
  /** Milliseconds between the withdrawal and the teardown at the end; 0 for none. */
  readonly withdrawHold: number;
  readonly onStop: "withdraw" | "handover";
  readonly lease: LeaseTerms;
  /** Milliseconds that a stop drains at most before it withdraws; 0: it withdraws at once. */
  readonly stopDrain: number;
  readonly ipvsSysctls: "set" | "keep";
  /** Milliseconds that a real server which left the config may stay at weight 0 for its last connections. */
  readonly realServerDrain: number;
  /** Milliseconds that a VIP stays announced over a dataplane that is being repaired. */
  readonly repairGrace: number;
  /** Milliseconds after which a pass is made even where nothing calls for one. */
  readonly reconcileInterval: number;
  readonly page: PageConfig;
}

/** The status page. */
export interface PageConfig {
  /** off: not served; socket: by the admin API's socket only; else there and at this address. */
  readonly address: "off" | "socket" | { readonly host: Address; readonly port: number };
  readonly buttons: boolean;
  readonly hosts: readonly string[];
}

/** Where gobgpd's gRPC API is. */
export interface Gobgp {
  /** `host:port`, with an IPv6 address in brackets, or `unix:///path`. */
  readonly address: string;
  /** There: TLS is spoken. Paths are absolute; cert and key come together. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

export interface ConfiguredService {
  /** Its virtual services are there whether or not IPVS is to be set up. */
  readonly service: Service;
  /** Of the service as a whole; at least one, unless each real server has its own. */
  readonly checks: readonly CheckConfig[];
  /** There: the service is on these, and not on this host. */
  readonly pool?: Pool;
}

/** The real servers of a service, and how each is watched. */
export interface Pool {
  readonly members: readonly { readonly address: Address; readonly checks: readonly CheckConfig[] }[];
  /** How many of each family that has VIPs must be up; at least 1. */
  readonly quorum: number;
}

/** A config that can be used, and what its operator should know about it all the same, one line each. */
export interface Loaded {
  readonly config: Config;
  readonly warnings: readonly string[];
}
