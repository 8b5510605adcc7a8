import type { Address, Prefix } from "./address.ts";
import type { RealServer, VirtualService, VirtualServiceKey } from "./service.ts";
import { realServerKey, virtualServiceKey } from "./service.ts";
import type { Link } from "./state.ts";

/** The alias (`ip link set X alias ...`) that marks a link as made by us. */
export const LINK_ALIAS = "bgp-lb";

/** What we made, by name; kept on disk so that a restart knows it. Nothing outside it is changed or removed. */
export interface Ownership {
  readonly links: ReadonlySet<string>;
  /** As `addressKey` names them. */
  readonly addresses: ReadonlySet<string>;
  readonly virtualServices: ReadonlySet<VirtualServiceKey>;
  /** As `ownedServerKey` names them. */
  readonly realServers: ReadonlySet<string>;
  /** Settings of IPVS that we changed, with what they were before: `net.ipv4.vs.conn_reuse_mode=0`. */
  readonly sysctls: ReadonlySet<string>;
  readonly prefixes: ReadonlySet<Prefix>;
  /** Peers of a managed gobgpd. */
  readonly peers: ReadonlySet<Address>;
}

export const OWNS_NOTHING: Ownership = {
  links: new Set(),
  addresses: new Set(),
  virtualServices: new Set(),
  realServers: new Set(),
  sysctls: new Set(),
  prefixes: new Set(),
  peers: new Set(),
};

/** Names one bound address: `matchbox 10.88.2.1/32`. */
export function addressKey(link: string, address: { readonly address: string; readonly prefixLength: number }): string {
  return `${link} ${address.address}/${address.prefixLength}`;
}

/** Names one real server of one virtual service. */
export function ownedServerKey(service: Pick<VirtualService, "vip" | "port" | "protocol">, server: RealServer): string {
  return `${virtualServiceKey(service)} ${realServerKey(server)}`;
}

export function isOurs(link: Link): boolean {
  return link.kind === "dummy" && link.alias === LINK_ALIAS;
}

/** Everything that either of the two owns. */
export function union(a: Ownership, b: Ownership): Ownership {
  return {
    links: a.links.union(b.links),
    addresses: a.addresses.union(b.addresses),
    virtualServices: a.virtualServices.union(b.virtualServices),
    realServers: a.realServers.union(b.realServers),
    sysctls: a.sysctls.union(b.sysctls),
    prefixes: a.prefixes.union(b.prefixes),
    peers: a.peers.union(b.peers),
  };
}
