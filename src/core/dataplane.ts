import { family } from "./address.ts";
import type { Announcement, Desired } from "./desired.ts";
import type { Ownership } from "./ownership.ts";
import { addressKey } from "./ownership.ts";
import type { RealServer, Vip, VirtualService } from "./service.ts";
import { realServerKey, virtualServiceKey } from "./service.ts";
import type { KernelState, Link, LinkAddress } from "./state.ts";

/** What the kernel lacks for this announcement to be true, in words; empty when the dataplane is complete. */
export function missing(announcement: Announcement, desired: Desired, kernel: KernelState): readonly string[] {
  const faults: string[] = [];
  for (const vip of announcement.vips) {
    const link = kernel.links.get(vip.link);
    if (link === undefined) faults.push(`link ${vip.link} is absent`);
    else if (!link.up) faults.push(`link ${vip.link} is down`);
    else {
      const bound = boundAs(link, vip);
      if (bound === undefined) faults.push(`${vip.address}/${vip.prefixLength} is not bound to ${vip.link}`);
      else if (!bound.usable) faults.push(`${vip.address} on ${vip.link} failed duplicate address detection`);
    }
  }
  for (const key of announcement.virtualServices) {
    const wanted = desired.virtualServices.get(key);
    const found = kernel.virtualServices?.get(key);
    if (found === undefined || wanted === undefined) faults.push(`virtual service ${key} is absent`);
    else if (!sameScheduling(found, wanted)) faults.push(`virtual service ${key} has another scheduler`);
    else faults.push(...missingServers(found, wanted), ...nobodyServes(found, wanted));
  }
  return [...new Set(faults)];
}

function missingServers(found: VirtualService, wanted: VirtualService): string[] {
  return wanted.realServers.flatMap((server) => {
    const there = found.realServers.find((other) => realServerKey(other) === realServerKey(server));
    const name = `real server ${realServerKey(server)} of ${virtualServiceKey(wanted)}`;
    if (there === undefined) return [`${name} is absent`];
    return sameServer(there, server) ? [] : [`${name} has another weight or forwarding`];
  });
}

/** While no real server is known one that stands may serve; where none does a connection would find nobody. */
function nobodyServes(found: VirtualService, wanted: VirtualService): string[] {
  const someone = wanted.realServers.length > 0 || found.realServers.some(({ weight }) => weight > 0);
  return someone ? [] : [`virtual service ${virtualServiceKey(wanted)} has no real server with a verdict yet`];
}

export function boundAs(link: Link, vip: Vip): LinkAddress | undefined {
  return indexOf(link.addresses).get(`${vip.address}/${vip.prefixLength}`);
}

/** What keeps a VIP off its link: an IPv6 address stands once on a link, and under another length it may be somebody else's. */
export function inTheWay(name: string, link: Link, vip: Vip, owned: Ownership): LinkAddress | undefined {
  if (family(vip.address) === "ipv4" || boundAs(link, vip) !== undefined) return undefined;
  return link.addresses.find((one) => one.address === vip.address && !owned.addresses.has(addressKey(name, one)));
}

/** Observed lists never change, so one index serves all look-ups: ten thousand VIPs on one link stay linear. */
const indexes = new WeakMap<readonly LinkAddress[], ReadonlyMap<string, LinkAddress>>();

function indexOf(addresses: readonly LinkAddress[]): ReadonlyMap<string, LinkAddress> {
  const index = indexes.get(addresses) ?? new Map(addresses.map((one) => [`${one.address}/${one.prefixLength}`, one]));
  indexes.set(addresses, index);
  return index;
}

export function sameServer(a: RealServer, b: RealServer): boolean {
  return a.weight === b.weight && a.forwarding === b.forwarding;
}

export function sameScheduling(a: VirtualService, b: VirtualService): boolean {
  return a.scheduler === b.scheduler && [...a.flags].sort().join() === [...b.flags].sort().join();
}

/** The address that the kernel itself gives to a link: fe80::/64. */
export function isLinkLocal(address: LinkAddress): boolean {
  return family(address.address) === "ipv6" && address.address.startsWith("fe80:");
}
