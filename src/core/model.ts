import { family } from "./address.ts";
import type { KernelOp, Op, SpeakerOp } from "./op.ts";
import { LINK_ALIAS } from "./ownership.ts";
import type { RealServer, VirtualService, VirtualServiceKey } from "./service.ts";
import { realServerKey, virtualServiceKey } from "./service.ts";
import type { KernelState, Link, Observed, SpeakerState } from "./state.ts";

/** What is after ops that all went well; what `plan` shows before anything is done, and what the tests' kernel and speaker are made of. */
export function after(observed: Observed, ops: readonly Op[]): Observed {
  const { kernel, speaker } = observed;
  return {
    kernel:
      kernel &&
      kernelAfter(
        kernel,
        ops.filter((op) => op.target === "kernel"),
      ),
    speaker:
      speaker === undefined || speaker === "absent"
        ? speaker
        : speakerAfter(
            speaker,
            ops.filter((op) => op.target === "speaker"),
          ),
  };
}

export function kernelAfter(kernel: KernelState, ops: readonly KernelOp[]): KernelState {
  const links = new Map(kernel.links);
  const services = new Map(kernel.virtualServices);
  const sysctls = new Map(kernel.sysctls);
  for (const op of ops) {
    if ("service" in op) changeTable(services, op);
    else if ("link" in op) changeLinks(links, op);
    else sysctls.set(op.name, op.value);
  }
  return { ...kernel, links, virtualServices: kernel.virtualServices && services, ...(kernel.sysctls && { sysctls }) };
}

type LinkOp = Extract<KernelOp, { readonly link: string }>;
type TableOp = Extract<KernelOp, { readonly service: VirtualService }>;

function changeLinks(links: Map<string, Link>, op: LinkOp): void {
  const link = links.get(op.link);
  if (op.kind === "link.add") {
    if (link === undefined) links.set(op.link, { name: op.link, kind: "dummy", alias: "", up: false, addresses: [] });
  } else if (op.kind === "link.delete") links.delete(op.link);
  else if (link !== undefined) links.set(op.link, linkAfter(link, op));
}

function linkAfter(link: Link, op: Exclude<LinkOp, { readonly kind: "link.add" | "link.delete" }>): Link {
  if (op.kind === "link.mark") return { ...link, alias: LINK_ALIAS };
  if (op.kind === "link.up") return { ...link, up: true };
  const { address, prefixLength } = op;
  const others = link.addresses.filter((one) => one.address !== address || one.prefixLength !== prefixLength);
  if (op.kind === "address.delete") return { ...link, addresses: others };
  // Linux holds an IPv6 address once on a link: under another length it is "already assigned".
  if (family(address) === "ipv6" && others.some((one) => one.address === address)) return link;
  return { ...link, addresses: [...others, { address, prefixLength, usable: true }] };
}

function changeTable(services: Map<VirtualServiceKey, VirtualService>, op: TableOp): void {
  const key = virtualServiceKey(op.service);
  const there = services.get(key);
  const others = (server: RealServer) =>
    (there?.realServers ?? []).filter((one) => realServerKey(one) !== realServerKey(server));
  if (op.kind === "virtualService.add") services.set(key, { ...op.service, realServers: there?.realServers ?? [] });
  else if (op.kind === "virtualService.delete") services.delete(key);
  else if (there === undefined) return;
  else if (op.kind === "virtualService.edit") services.set(key, { ...op.service, realServers: there.realServers });
  else if (op.kind === "realServer.delete") services.set(key, { ...there, realServers: others(op.server) });
  else services.set(key, { ...there, realServers: [...others(op.server), op.server] });
}

export function speakerAfter(speaker: SpeakerState, ops: readonly SpeakerOp[]): SpeakerState {
  const paths = new Map(speaker.paths);
  const peers = new Map(speaker.peers);
  let { identity, originatorOnly } = speaker;
  for (const op of ops) {
    switch (op.kind) {
      case "bgp.start":
        identity ??= op.identity;
        break;
      case "policy.set":
        originatorOnly = true;
        break;
      case "path.announce":
        paths.set(op.path.prefix, op.path);
        break;
      case "path.withdraw":
        paths.delete(op.prefix);
        break;
      case "peer.add":
      case "peer.update":
        peers.set(op.peer.address, { ...op.peer, session: "idle" });
        break;
      case "peer.delete":
        peers.delete(op.address);
    }
  }
  return { identity, originatorOnly, peers, paths };
}
