import type { Prefix } from "./address.ts";
import { boundAs, isLinkLocal, sameScheduling, sameServer } from "./dataplane.ts";
import type { Desired } from "./desired.ts";
import type { Ownership } from "./ownership.ts";
import { addressKey, isOurs, ownedServerKey, union } from "./ownership.ts";
import type { Vip, VirtualService } from "./service.ts";
import { realServerKey } from "./service.ts";
import type { KernelState, Link, Observed } from "./state.ts";

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
    prefixes: new Set(standingPrefixes(desired)),
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
    if (found !== undefined && !owned.virtualServices.has(key) && !same(found, wanted)) continue;
    fresh.virtualServices.add(key);
    for (const server of wanted.realServers) fresh.realServers.add(ownedServerKey(wanted, server));
  }
  return union(owned, fresh);
}

/** What of it is still wanted or still there; the rest need not be remembered. */
export function prune(owned: Ownership, desired: Desired, observed: Observed): Ownership {
  const { kernel, speaker } = observed;
  const wantedAddresses = new Set(
    [...desired.links].flatMap(([link, vips]) => vips.map((vip) => addressKey(link, vip))),
  );
  const wantedServers = serverKeys(desired.virtualServices.values());
  const seenServers = serverKeys(kernel?.virtualServices?.values() ?? []);
  const seenAddresses = addressKeys(kernel);
  return {
    links: owned.links.intersection(
      kernel === undefined ? owned.links : new Set([...desired.links.keys(), ...kernel.links.keys()]),
    ),
    addresses:
      kernel === undefined ? owned.addresses : owned.addresses.intersection(wantedAddresses.union(seenAddresses)),
    virtualServices:
      kernel?.virtualServices === undefined
        ? owned.virtualServices
        : owned.virtualServices.intersection(
            new Set([...desired.virtualServices.keys(), ...kernel.virtualServices.keys()]),
          ),
    realServers:
      kernel?.virtualServices === undefined
        ? owned.realServers
        : owned.realServers.intersection(wantedServers.union(seenServers)),
    prefixes:
      speaker === undefined
        ? owned.prefixes
        : owned.prefixes.intersection(
            new Set([...standingPrefixes(desired), ...(speaker === "absent" ? [] : speaker.paths.keys())]),
          ),
  };
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
  return link.addresses.every(
    (address) => isLinkLocal(address) || vips.some((vip) => boundAs({ ...link, addresses: [address] }, vip)),
  );
}

function same(a: VirtualService, b: VirtualService): boolean {
  return (
    sameScheduling(a, b) &&
    a.realServers.length === b.realServers.length &&
    b.realServers.every((server) =>
      a.realServers.some((other) => realServerKey(other) === realServerKey(server) && sameServer(other, server)),
    )
  );
}

function serverKeys(services: Iterable<VirtualService>): Set<string> {
  return new Set(
    [...services].flatMap((service) => service.realServers.map((server) => ownedServerKey(service, server))),
  );
}

function addressKeys(kernel: KernelState | undefined): Set<string> {
  return new Set(
    [...(kernel?.links.values() ?? [])].flatMap((link) =>
      link.addresses.map((address) => addressKey(link.name, address)),
    ),
  );
}
