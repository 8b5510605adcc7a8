import type { Address } from "./address.ts";
import type { KernelOp, Op, SpeakerOp } from "./op.ts";
import { LINK_ALIAS } from "./ownership.ts";
import type { RealServer, VirtualService } from "./service.ts";
import { realServerKey, virtualServiceKey } from "./service.ts";
import type { KernelState, Link, LinkAddress, Observed, SpeakerState } from "./state.ts";

/** What is after an op that went well; what `plan` shows before anything is done, and what the tests' kernel and speaker are made of. */
export function after(observed: Observed, op: Op): Observed {
  if (op.target === "kernel") {
    return observed.kernel === undefined ? observed : { ...observed, kernel: kernelAfter(observed.kernel, op) };
  }
  const { speaker } = observed;
  return speaker === undefined || speaker === "absent" ? observed : { ...observed, speaker: speakerAfter(speaker, op) };
}

export function kernelAfter(kernel: KernelState, op: KernelOp): KernelState {
  switch (op.kind) {
    case "link.add": {
      const link: Link = { name: op.link, kind: "dummy", alias: "", up: false, addresses: [] };
      return kernel.links.has(op.link) ? kernel : withLink(kernel, link);
    }
    case "link.delete": {
      const links = new Map(kernel.links);
      links.delete(op.link);
      return { ...kernel, links };
    }
    case "link.mark":
      return changeLink(kernel, op.link, (link) => ({ ...link, alias: LINK_ALIAS }));
    case "link.up":
      return changeLink(kernel, op.link, (link) => ({ ...link, up: true }));
    case "address.add":
      return changeLink(kernel, op.link, (link) => ({
        ...link,
        addresses: [...without(link, op), bound(op.address, op.prefixLength)],
      }));
    case "address.delete":
      return changeLink(kernel, op.link, (link) => ({ ...link, addresses: without(link, op) }));
    default:
      return { ...kernel, virtualServices: ipvsAfter(kernel.virtualServices, op) };
  }
}

type LinkOp = Extract<KernelOp, { readonly link: string }>;

function ipvsAfter(
  table: KernelState["virtualServices"],
  op: Exclude<KernelOp, LinkOp>,
): KernelState["virtualServices"] {
  const services = new Map(table);
  const key = virtualServiceKey(op.service);
  const there = services.get(key);
  const put = (realServers: readonly RealServer[], base: VirtualService | undefined = there) => {
    if (base !== undefined) services.set(key, { ...base, realServers });
  };
  const others = (server: RealServer) =>
    (there?.realServers ?? []).filter((one) => realServerKey(one) !== realServerKey(server));
  if (op.kind === "virtualService.add") put(there?.realServers ?? [], op.service);
  else if (op.kind === "virtualService.edit") put(there?.realServers ?? [], there && op.service);
  else if (op.kind === "virtualService.delete") services.delete(key);
  else if (op.kind === "realServer.delete") put(others(op.server));
  else put([...others(op.server), op.server]);
  return services;
}

export function speakerAfter(speaker: SpeakerState, op: SpeakerOp): SpeakerState {
  const paths = new Map(speaker.paths);
  const peers = new Map(speaker.peers);
  switch (op.kind) {
    case "bgp.start":
      return speaker.identity === undefined ? { ...speaker, identity: op.identity } : speaker;
    case "policy.set":
      return { ...speaker, originatorOnly: true };
    case "path.announce":
      return { ...speaker, paths: paths.set(op.path.prefix, op.path) };
    case "path.withdraw":
      paths.delete(op.prefix);
      return { ...speaker, paths };
    case "peer.add":
    case "peer.update":
      return { ...speaker, peers: peers.set(op.peer.address, { ...op.peer, session: "idle" }) };
    case "peer.delete":
      peers.delete(op.address);
      return { ...speaker, peers };
  }
}

function withLink(kernel: KernelState, link: Link): KernelState {
  return { ...kernel, links: new Map(kernel.links).set(link.name, link) };
}

function changeLink(kernel: KernelState, name: string, change: (link: Link) => Link): KernelState {
  const link = kernel.links.get(name);
  return link === undefined ? kernel : withLink(kernel, change(link));
}

function without(link: Link, op: { readonly address: Address; readonly prefixLength: number }): LinkAddress[] {
  return link.addresses.filter((one) => one.address !== op.address || one.prefixLength !== op.prefixLength);
}

function bound(address: Address, prefixLength: number): LinkAddress {
  return { address, prefixLength, usable: true };
}
