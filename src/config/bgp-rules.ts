import { family } from "../core/address.ts";
import type { Facts, Raw } from "./facts.ts";
import { isRecord } from "./facts.ts";
import { hostAddressFault } from "./forms.ts";
import type { Finding } from "./issues.ts";
import { pathText } from "./problem.ts";

/** AS numbers that are nobody's: RFC 4893 (AS_TRANS), RFC 7300 (last of each range). */
const RESERVED = new Set([23456, 65535, 4294967295]);

/** What does not go together in `bgp`, and between it and the families of the VIPs. */
export function bgpFindings(facts: Facts): Finding[] {
  const { mode, bgp, local, services } = facts;
  const found: Finding[] = [];
  if (mode === "managed") {
    if (local["routerID"] === undefined) {
      found.push({
        path: ["bgp", "local", "routerID"],
        message: 'missing; must be this host\'s IPv4 address, such as "10.88.0.200"',
      });
    }
    if (local["as"] === undefined) {
      found.push({ path: ["bgp", "local", "as"], message: "missing; must be this host's AS number, such as 65512" });
    }
  } else if (Array.isArray(bgp["peers"]) && bgp["peers"].length > 0) {
    found.push({
      path: ["bgp", "peers"],
      message:
        'must be empty in shared mode: gobgpd\'s own config holds its peers; remove them here, or write "mode": "managed"',
    });
  }
  found.push(...repeatedPeers(facts), ...contraryPeers(bgp));
  for (const wanted of ["ipv4", "ipv6"] as const) {
    const vip = services.flatMap((service) => service.vips).find((one) => family(one.value.address) === wanted);
    if (vip === undefined) continue;
    const hop = facts.nextHop[wanted];
    const path = ["bgp", "local", "nextHop", wanted];
    const given = (local["nextHop"] as Record<string, unknown> | undefined)?.[wanted] !== undefined;
    // In managed mode a missing router ID is told already, in the key that the operator knows.
    const told = given || (wanted === "ipv4" && (mode === "managed" || local["routerID"] !== undefined));
    if (hop === undefined && !told) {
      const example = wanted === "ipv4" ? "10.88.0.200" : "2001:db8::200";
      found.push({
        path,
        message: `missing; ${pathText(vip.path)} is ${wanted === "ipv4" ? "IPv4" : "IPv6"}, so this host's address is needed, such as "${example}"`,
      });
    } else if (hop !== undefined) {
      const fault = hostAddressFault(hop.value, wanted);
      if (fault !== undefined) {
        found.push({
          path: hop.path,
          message: `as next hop it ${fault}; found "${hop.value}" (or write ${pathText(path)})`,
        });
      }
    }
  }
  return found;
}

function repeatedPeers({ peers }: Facts): Finding[] {
  return peers.flatMap((peer, index) => {
    const first = peers.slice(0, index).find((other) => other.value === peer.value);
    return first === undefined
      ? []
      : [
          {
            path: peer.path,
            message: `${peer.value} is already the address of ${pathText(first.path.slice(0, -1))}; keep one`,
          },
        ];
  });
}

/** gobgpd sends to internal peers with the system's own TTL, whatever it is told. */
function idleMultihop({ bgp, as }: Facts): string[] {
  return peersThat(bgp, (peer) => peer["multihop"] !== undefined && peer["as"] === as).map(
    (index) =>
      `bgp.peers[${index}].multihop: of no effect, for the peer is in our own AS, and iBGP goes over any number of hops`,
  );
}

/** Packets to a peer leave with the TTL of the one or with that of the other, and gobgpd refuses both. */
function contraryPeers(bgp: Raw): Finding[] {
  return peersThat(bgp, (peer) => peer["multihop"] !== undefined && peer["ttlSecurity"] !== undefined).map((index) => ({
    path: ["bgp", "peers", index, "ttlSecurity"],
    message: `stands beside multihop, and they exclude each other: for a peer that is several hops away "ttlSecurity" alone is enough`,
  }));
}

/** Their places in the file. */
function peersThat(bgp: Raw, are: (peer: Raw) => boolean): number[] {
  const peers: readonly unknown[] = Array.isArray(bgp["peers"]) ? bgp["peers"] : [];
  return peers.flatMap((peer, index) => (isRecord(peer) && are(peer) ? [index] : []));
}

/** What is accepted in `bgp`, and may not be what was meant. */
export function bgpWarnings(facts: Facts): string[] {
  const { mode, bgp, local, as } = facts;
  const warnings: string[] = [];
  if (
    mode === "managed" &&
    (bgp["peers"] === undefined || (Array.isArray(bgp["peers"]) && bgp["peers"].length === 0))
  ) {
    warnings.push("bgp.peers: empty, so nothing is announced to anybody");
  }
  if (mode === "shared" && local["listenPort"] !== undefined) {
    warnings.push("bgp.local.listenPort: of no effect in shared mode, where gobgpd's own config decides it");
  }
  if (as !== undefined && RESERVED.has(as)) warnings.push(`bgp.local.as: ${as} is reserved; routers may refuse it`);
  warnings.push(...idleMultihop(facts));
  const own = [facts.routerId, facts.nextHop.ipv4, facts.nextHop.ipv6];
  for (const peer of facts.peers) {
    const self = own.find((address) => address?.value === peer.value);
    if (self !== undefined) {
      warnings.push(
        `${pathText(peer.path)}: ${peer.value} is also ${pathText(self.path)}: this host would be its own peer`,
      );
    }
  }
  return warnings;
}
