import { family } from "./address.ts";
import { mayTake } from "./claim.ts";
import { boundAs, inTheWay, sameScheduling, sameServer } from "./dataplane.ts";
import type { DepartureOver } from "./departure.ts";
import { depart } from "./departure.ts";
import type { Desired } from "./desired.ts";
import type { KernelOp, Op } from "./op.ts";
import type { Ownership } from "./ownership.ts";
import { addressKey, isOurs, ownedServerKey } from "./ownership.ts";
import { staying } from "./pool.ts";
import type { RealServer, Vip, VirtualService } from "./service.ts";
import { realServerKey, virtualServiceKey } from "./service.ts";
import type { KernelState, Link } from "./state.ts";
import { setSysctls } from "./sysctl.ts";

/** What has to be made or mended in the kernel, links before addresses before virtual services before real servers. */
export function build(desired: Desired, kernel: KernelState, owned: Ownership, over: DepartureOver): KernelOp[] {
  const ops: KernelOp[] = [];
  for (const [name, vips] of desired.links) ops.push(...buildLink(name, vips, kernel.links.get(name), owned));
  for (const wanted of desired.virtualServices.values()) {
    if (!owned.virtualServices.has(virtualServiceKey(wanted))) continue;
    const found = kernel.virtualServices?.get(virtualServiceKey(wanted));
    ops.push(...buildVirtualService(wanted, found));
    // What leaves goes on until somebody was seen to stand who takes its place.
    if (found !== undefined && wanted.realServers.some((server) => stands(server, found)))
      ops.push(...leave(desired, wanted, found, kernel, owned, over));
  }
  ops.push(...setSysctls(desired, kernel, owned));
  return ops;
}

/** True for ops that add something a VIP may wait for. */
export function isBuilding(op: Op): boolean {
  return op.target === "kernel" && !op.kind.endsWith(".delete") && !op.kind.startsWith("sysctl.") && !isLeaving(op);
}

/** The configured weight is never 0. */
function isLeaving(op: KernelOp): boolean {
  return op.kind === "realServer.edit" && op.server.weight === 0;
}

function buildLink(name: string, vips: readonly Vip[], link: Link | undefined, owned: Ownership): KernelOp[] {
  const ops: KernelOp[] = [];
  if (link === undefined) ops.push({ target: "kernel", kind: "link.add", link: name });
  else if (!mayTake(link, vips, owned)) return [];
  if (link === undefined || !isOurs(link)) ops.push({ target: "kernel", kind: "link.mark", link: name });
  // Up comes before the addresses: taking a link down deletes its IPv6 addresses.
  if (link === undefined || !link.up) ops.push({ target: "kernel", kind: "link.up", link: name });
  const old = underOldLengths(name, vips, link, owned);
  // On one link an IPv6 address stands once, whatever its length, so the old one has to go first; an IPv4 address never goes before the new one is there.
  ops.push(...old.filter(({ address }) => family(address) === "ipv6"));
  for (const vip of vips) {
    const { address, prefixLength } = vip;
    const bound = link === undefined ? undefined : boundAs(link, vip);
    if (bound?.usable === true || (link !== undefined && inTheWay(name, link, vip, owned) !== undefined)) continue;
    const target = { target: "kernel", link: name, address, prefixLength } as const;
    if (bound !== undefined) ops.push({ ...target, kind: "address.delete" });
    ops.push({ ...target, kind: "address.add" });
  }
  ops.push(...old.filter(({ address }) => family(address) === "ipv4"));
  return ops;
}

type Unbinding = Extract<KernelOp, { readonly kind: "address.delete" }>;

/** The same VIP under an old length would announce and answer for the wrong network. */
function underOldLengths(name: string, vips: readonly Vip[], link: Link | undefined, owned: Ownership): Unbinding[] {
  const lengths = new Map(vips.map((vip) => [vip.address, vip.prefixLength]));
  return (link?.addresses ?? [])
    .filter((old) => {
      const length = lengths.get(old.address);
      return length !== undefined && length !== old.prefixLength && owned.addresses.has(addressKey(name, old));
    })
    .map(({ address, prefixLength }) => ({
      target: "kernel",
      kind: "address.delete",
      link: name,
      address,
      prefixLength,
    }));
}

function buildVirtualService(wanted: VirtualService, found: VirtualService | undefined): KernelOp[] {
  const ops: KernelOp[] = [];
  if (found === undefined) ops.push({ target: "kernel", kind: "virtualService.add", service: wanted });
  else if (!sameScheduling(found, wanted)) ops.push({ target: "kernel", kind: "virtualService.edit", service: wanted });
  for (const server of wanted.realServers) {
    const there = found?.realServers.find((other) => realServerKey(other) === realServerKey(server));
    if (there === undefined) ops.push({ target: "kernel", kind: "realServer.add", service: wanted, server });
    else if (!sameServer(there, server))
      ops.push({ target: "kernel", kind: "realServer.edit", service: wanted, server });
  }
  return ops;
}

function stands(server: RealServer, found: VirtualService): boolean {
  return found.realServers.some((other) => realServerKey(other) === realServerKey(server) && sameServer(other, server));
}

/** Ours that the service has no more. */
function leave(
  desired: Desired,
  wanted: VirtualService,
  found: VirtualService,
  kernel: KernelState,
  owned: Ownership,
  over: DepartureOver,
): readonly KernelOp[] {
  const stays = staying(desired, virtualServiceKey(wanted));
  const leaving = found.realServers.filter(
    (server) => !stays.has(realServerKey(server)) && owned.realServers.has(ownedServerKey(wanted, server)),
  );
  return depart(wanted, leaving, kernel, over).ops;
}
