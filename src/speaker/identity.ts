import { family, parseAddress } from "../core/address.ts";
import type { Identity } from "../core/state.ts";
import type { WireGlobal } from "./wire.ts";

const MAX_AS = 4_294_967_295;

export function isAs(as: number): boolean {
  return Number.isInteger(as) && as >= 1 && as <= MAX_AS;
}

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

/** A reason why gobgpd must not be started with this identity, or undefined: StartBgp itself checks almost nothing. */
export function identityFault(identity: Identity): string | undefined {
  if (!isAs(identity.as)) return `AS ${identity.as} is not 1..${MAX_AS}`;
  const { routerId, listenPort } = identity;
  if (parseAddress(routerId) !== routerId || family(routerId) !== "ipv4" || routerId === "0.0.0.0")
    return `router ID ${routerId} is not an IPv4 address`;
  if (listenPort !== -1 && !isPort(listenPort)) return `listen port ${listenPort} is neither -1 nor 1..65535`;
  return undefined;
}

export function encodeIdentity(identity: Identity): WireGlobal {
  return { asn: identity.as, router_id: identity.routerId, listen_port: identity.listenPort };
}

/** undefined: gobgpd runs, BGP is not started in it (its AS is 0; the router ID is then empty or not an address). */
export function decodeIdentity(global: WireGlobal | null): Identity | undefined {
  if (global === null || global.asn === 0) return undefined;
  const routerId = parseAddress(global.router_id);
  if (routerId === undefined) return undefined;
  return { as: global.asn, routerId, listenPort: global.listen_port === 0 ? 179 : global.listen_port };
}
