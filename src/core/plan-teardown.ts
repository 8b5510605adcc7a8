import type { Address } from "./address.ts";
import { bits, family, networkPrefix } from "./address.ts";
import { isLinkLocal } from "./dataplane.ts";
import type { DepartureOver } from "./departure.ts";
import { depart } from "./departure.ts";
import type { Desired } from "./desired.ts";
import type { KernelOp } from "./op.ts";
import type { Ownership } from "./ownership.ts";
import { addressKey, isOurs, ownedServerKey } from "./ownership.ts";
import type { VirtualServiceKey } from "./service.ts";
import { virtualServiceKey } from "./service.ts";
import type { KernelState, LinkAddress, Observed } from "./state.ts";
import { restoreSysctls } from "./sysctl.ts";

/**
 * What we own and nobody wants any more, services before addresses before links. Nothing that an announced path may still draw
 * traffic to is touched, and nothing at all while it is unknown what is announced.
 */
export function tearDown(
  desired: Desired,
  kernel: KernelState,
  speaker: Observed["speaker"],
  owned: Ownership,
  departed: DepartureOver,
): KernelOp[] {
  if (speaker === undefined) return [];
  const announced = new Set<string>(speaker === "absent" ? [] : speaker.paths.keys());
  const lengths = new Set([...announced].map((prefix) => Number(prefix.slice(prefix.lastIndexOf("/") + 1))));
  const attracts = (address: Address): boolean =>
    [...lengths].some((length) => length <= bits(family(address)) && announced.has(networkPrefix(address, length)));
  // A VIP that stays may lose a port while it is announced: that is what its config now says. Its real servers leave first.
  const staying = new Set([...desired.links.values()].flat().map((vip) => vip.address));
  const ops: KernelOp[] = [];
  for (const [key, service] of kernel.virtualServices ?? []) {
    if (desired.virtualServices.has(key) || !owned.virtualServices.has(key)) continue;
    if (attracts(service.vip)) {
      if (!staying.has(service.vip)) continue;
      const ours = service.realServers.filter((server) => owned.realServers.has(ownedServerKey(service, server)));
      const { ops: steps, waiting } = depart(service, ours, kernel, departed);
      const quieting = steps.filter((op) => op.kind === "realServer.edit");
      ops.push(...quieting);
      if (quieting.length > 0 || waiting) continue;
    }
    ops.push({ target: "kernel", kind: "virtualService.delete", service });
  }
  if (!staysFor(desired, kernel, owned, ops)) ops.push(...restoreSysctls(desired, kernel, owned));
  for (const link of kernel.links.values()) {
    const wanted = new Set((desired.links.get(link.name) ?? []).map((vip) => vip.address));
    const goes = (address: LinkAddress): boolean =>
      owned.addresses.has(addressKey(link.name, address)) && !wanted.has(address.address) && !attracts(address.address);
    const leaving = link.addresses.filter(goes);
    for (const { address, prefixLength } of leaving) {
      ops.push({ target: "kernel", kind: "address.delete", link: link.name, address, prefixLength });
    }
    const kept = link.addresses.filter((address) => !goes(address) && !isLinkLocal(address));
    const ours = isOurs(link) && owned.links.has(link.name);
    if (ours && !desired.links.has(link.name) && kept.length === 0)
      ops.push({ target: "kernel", kind: "link.delete", link: link.name });
  }
  return ops;
}

/** Whether a virtual service of ours that nobody wants any more outlives these ops. */
function staysFor(desired: Desired, kernel: KernelState, owned: Ownership, ops: readonly KernelOp[]): boolean {
  const going = new Set<VirtualServiceKey>();
  for (const op of ops) if (op.kind === "virtualService.delete") going.add(virtualServiceKey(op.service));
  return [...(kernel.virtualServices?.keys() ?? [])].some(
    (key) => owned.virtualServices.has(key) && !desired.virtualServices.has(key) && !going.has(key),
  );
}
