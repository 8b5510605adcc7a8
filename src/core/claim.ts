import type { Address, Prefix } from "./address.ts";
import { isLinkLocal, sameScheduling, sameServer } from "./dataplane.ts";
import type { Desired } from "./desired.ts";
import type { Ownership } from "./ownership.ts";
import { addressKey, isOurs, ownedServerKey, union } from "./ownership.ts";
import type { RealServer, Vip, VirtualService } from "./service.ts";
import { realServerKey } from "./service.ts";
import type { KernelState, Link, Observed, SpeakerState } from "./state.ts";
import { claimSysctls, pruneSysctls } from "./sysctl.ts";

/**
 * What we own before a pass: what we owned already, and of what is wanted all that is absent (we are about to make it) or stands
 * exactly as wanted (ours from before the ledger was lost, or the original's). What stands there in another form is somebody else's.
 */
export function claim(desired: Desired, observed: Observed, owned: Ownership): Ownership {
  const { kernel } = observed;
  const fresh = {
    links: new Set<string>(),
    addresses: new Set<string>(),
    virtualServices: new Set<Parameters<typeof owned.virtualServices.has>[0]>(),
    realServers: new Set<string>(),
    sysctls: kernel === undefined ? new Set<string>() : claimSysctls(desired, kernel, owned),
    prefixes: new Set(standingPrefixes(desired)),
    peers: new Set(wantedPeers(desired)),
  };
  if (kernel === undefined) return union(owned, fresh);
  for (const [name, vips] of desired.links) {
    const link = kernel.links.get(name);
    if (link !== undefined && !mayTake(link, vips, owned)) continue;
    fresh.links.add(name);
    for (const vip of vips) fresh.addresses.add(addressKey(name, vip));
  }
  for (const [key, wanted] of desired.virtualServices) {
    const found = kernel.virtualServices?.get(key);
    const unknown = desired.awaiting.get(key) ?? [];
    if (found !== undefined && !owned.virtualServices.has(key) && !asWanted(found, wanted, unknown)) continue;
    fresh.virtualServices.add(key);
    for (const server of [...wanted.realServers, ...unknown]) fresh.realServers.add(ownedServerKey(wanted, server));
  }
  return union(owned, fresh);
}

/** What of it is still wanted or still there; the rest need not be remembered. What could not be read is kept. */
export function prune(owned: Ownership, desired: Desired, observed: Observed): Ownership {
  const { kernel } = observed;
  const table = kernel?.virtualServices;
  const speaker = observed.speaker === "absent" ? GONE : observed.speaker;
  return {
    links: kernel === undefined ? owned.links : keep(owned.links, desired.links.keys(), kernel.links.keys()),
    addresses:
      kernel === undefined ? owned.addresses : keep(owned.addresses, wantedAddresses(desired), addressKeys(kernel)),
    virtualServices:
      table === undefined
        ? owned.virtualServices
        : keep(owned.virtualServices, desired.virtualServices.keys(), table.keys()),
    realServers:
      table === undefined
        ? owned.realServers
        : keep(owned.realServers, serverKeys(desired.virtualServices.values()), serverKeys(table.values())),
    sysctls: kernel === undefined ? owned.sysctls : pruneSysctls(owned, desired, kernel),
    prefixes:
      speaker === undefined ? owned.prefixes : keep(owned.prefixes, standingPrefixes(desired), speaker.paths.keys()),
    peers: speaker === undefined ? owned.peers : keep(owned.peers, wantedPeers(desired), speaker.peers.keys()),
  };
}

/** A gobgpd that is gone took its paths and peers along. */
const GONE: Pick<SpeakerState, "paths" | "peers"> = { paths: new Map(), peers: new Map() };

function keep<Key>(owned: ReadonlySet<Key>, wanted: Iterable<Key>, seen: Iterable<Key>): ReadonlySet<Key> {
  return owned.intersection(new Set([...wanted, ...seen]));
}

function wantedAddresses(desired: Desired): string[] {
  return [...desired.links].flatMap(([link, vips]) => vips.map((vip) => addressKey(link, vip)));
}

function wantedPeers({ mode, peers }: Desired): Address[] {
  return mode === "managed" ? peers.map((peer) => peer.address) : [];
}

function standingPrefixes(desired: Desired): Prefix[] {
  return [...desired.announcements.values()].filter(({ want }) => want !== "withdraw").map(({ path }) => path.prefix);
}

/** A link of that name is ours by its alias or ledger; a bare dummy with nothing on it but what we want is what the original left behind. */
export function mayTake(link: Link, vips: readonly Vip[], owned: Ownership): boolean {
  if (link.kind !== "dummy") return false;
  if (isOurs(link)) return true;
  if (link.alias !== "") return false;
  if (owned.links.has(link.name)) return true;
  const wanted = new Set(vips.map((vip) => addressKey(link.name, vip)));
  return link.addresses.every((address) => isLinkLocal(address) || wanted.has(addressKey(link.name, address)));
}

/** With all real servers that are not known yet, or with none of them; an empty one is nobody's. */
function asWanted(found: VirtualService, wanted: VirtualService, unknown: readonly RealServer[]): boolean {
  const { realServers } = wanted;
  return (
    sameScheduling(found, wanted) &&
    found.realServers.length > 0 &&
    (same(found.realServers, realServers) || same(found.realServers, [...realServers, ...unknown]))
  );
}

function same(a: readonly RealServer[], b: readonly RealServer[]): boolean {
  return (
    a.length === b.length &&
    b.every((server) => a.some((other) => realServerKey(other) === realServerKey(server) && sameServer(other, server)))
  );
}

function serverKeys(services: Iterable<VirtualService>): string[] {
  return [...services].flatMap((service) => service.realServers.map((server) => ownedServerKey(service, server)));
}

function addressKeys(kernel: KernelState): string[] {
  return [...kernel.links.values()].flatMap((link) => link.addresses.map((address) => addressKey(link.name, address)));
}
