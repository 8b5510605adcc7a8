import type { Address, Prefix } from "./address.ts";
import type { Path } from "./path.ts";
import { describePath } from "./path.ts";
import { describePeer } from "./peer.ts";
import type { RealServer, VirtualService } from "./service.ts";
import { realServerKey, virtualServiceKey } from "./service.ts";
import type { Identity, PeerConfig } from "./state.ts";

/** A step of change in the kernel. Applying one twice is not an error. */
export type KernelOp =
  | { readonly target: "kernel"; readonly kind: "link.add"; readonly link: string }
  | { readonly target: "kernel"; readonly kind: "link.mark"; readonly link: string }
  | { readonly target: "kernel"; readonly kind: "link.up"; readonly link: string }
  | { readonly target: "kernel"; readonly kind: "link.delete"; readonly link: string }
  | {
      readonly target: "kernel";
      readonly kind: "address.add";
      readonly link: string;
      readonly address: Address;
      readonly prefixLength: number;
    }
  | {
      readonly target: "kernel";
      readonly kind: "address.delete";
      readonly link: string;
      readonly address: Address;
      readonly prefixLength: number;
    }
  /** Without its real servers, which follow as ops of their own. */
  | { readonly target: "kernel"; readonly kind: "virtualService.add"; readonly service: VirtualService }
  | { readonly target: "kernel"; readonly kind: "virtualService.edit"; readonly service: VirtualService }
  | { readonly target: "kernel"; readonly kind: "virtualService.delete"; readonly service: VirtualService }
  | {
      readonly target: "kernel";
      readonly kind: "realServer.add";
      readonly service: VirtualService;
      readonly server: RealServer;
    }
  | {
      readonly target: "kernel";
      readonly kind: "realServer.edit";
      readonly service: VirtualService;
      readonly server: RealServer;
    }
  | {
      readonly target: "kernel";
      readonly kind: "realServer.delete";
      readonly service: VirtualService;
      readonly server: RealServer;
    }
  /** A setting of IPVS, by its name in sysctl(8): to what we need, or back to what it was. */
  | { readonly target: "kernel"; readonly kind: "sysctl.set"; readonly name: string; readonly value: string }
  | { readonly target: "kernel"; readonly kind: "sysctl.restore"; readonly name: string; readonly value: string };

/** A step of change in gobgpd. Applying one twice is not an error. */
export type SpeakerOp =
  | { readonly target: "speaker"; readonly kind: "bgp.start"; readonly identity: Identity }
  | { readonly target: "speaker"; readonly kind: "policy.set" }
  | { readonly target: "speaker"; readonly kind: "path.announce"; readonly path: Path }
  | { readonly target: "speaker"; readonly kind: "path.withdraw"; readonly prefix: Prefix }
  | { readonly target: "speaker"; readonly kind: "peer.add"; readonly peer: PeerConfig }
  | { readonly target: "speaker"; readonly kind: "peer.update"; readonly peer: PeerConfig }
  | { readonly target: "speaker"; readonly kind: "peer.delete"; readonly address: Address };

export type Op = KernelOp | SpeakerOp;

/**
 * How one op went. `error` is one line that an operator can act on: what was tried, what was answered, what to do. `unseen`: it was answered to
 * be done, and the look after it does not show it.
 */
export type OpResult<T extends Op = Op> =
  | { readonly op: T; readonly ok: true }
  | { readonly op: T; readonly ok: false; readonly error: string; readonly unseen?: true };

/** One line in the field's words, for the log, the `plan` command and golden tests; equal ops have equal lines. */
export function describe(op: Op): string {
  switch (op.kind) {
    case "link.add":
      return `add dummy link ${op.link}`;
    case "link.mark":
      return `mark link ${op.link} as ours`;
    case "link.up":
      return `set link ${op.link} up`;
    case "link.delete":
      return `delete link ${op.link}`;
    case "address.add":
      return `bind ${op.address}/${op.prefixLength} to ${op.link}`;
    case "address.delete":
      return `unbind ${op.address}/${op.prefixLength} from ${op.link}`;
    case "virtualService.add":
      return `add virtual service ${virtualServiceKey(op.service)} ${scheduling(op.service)}`;
    case "virtualService.edit":
      return `set virtual service ${virtualServiceKey(op.service)} to ${scheduling(op.service)}`;
    case "virtualService.delete":
      return `delete virtual service ${virtualServiceKey(op.service)}`;
    case "realServer.add":
      return `add real server ${realServer(op.server)} to ${virtualServiceKey(op.service)}`;
    case "realServer.edit":
      return `set real server ${realServer(op.server)} of ${virtualServiceKey(op.service)}`;
    case "realServer.delete":
      return `delete real server ${realServerKey(op.server)} from ${virtualServiceKey(op.service)}`;
    case "sysctl.set":
      return `set ${op.name} to ${op.value}`;
    case "sysctl.restore":
      return `put ${op.name} back to ${op.value}`;
    case "bgp.start":
      return `start BGP as AS ${op.identity.as}, router ID ${op.identity.routerId}, ${op.identity.listenPort === -1 ? "not listening" : `port ${op.identity.listenPort}`}`;
    case "policy.set":
      return "set the local-only policy";
    case "path.announce":
      return `announce ${op.path.prefix} ${describePath(op.path)}`;
    case "path.withdraw":
      return `withdraw ${op.prefix}`;
    case "peer.add":
      return `add peer ${op.peer.address} ${describePeer(op.peer)}`;
    case "peer.update":
      return `set peer ${op.peer.address} to ${describePeer(op.peer)}`;
    case "peer.delete":
      return `delete peer ${op.address}`;
  }
}

function scheduling(service: VirtualService): string {
  return [service.scheduler, ...service.flags].join(" ");
}

function realServer(server: RealServer): string {
  return `${realServerKey(server)} ${server.forwarding} weight ${server.weight}`;
}
