import { sameScheduling, sameServer } from "./dataplane.ts";
import type { Desired } from "./desired.ts";
import type { Op } from "./op.ts";
import { describe } from "./op.ts";
import { samePath } from "./path.ts";
import { realServerKey, virtualServiceKey } from "./service.ts";
import type { Observed } from "./state.ts";

/** What was put back, as the metric names it. */
export const REPAIR_KINDS = ["link", "address", "virtual_service", "real_server", "path", "peer"] as const;
export type RepairKind = (typeof REPAIR_KINDS)[number];

export interface Repair {
  readonly kind: RepairKind;
  /** What was found, in words: `link web was absent`. */
  readonly found: string;
}

/** How things stood when the last pass ended. */
export interface Standing {
  readonly desired: Desired;
  readonly observed: Observed;
  /** Ops that were still to be done, in words. */
  readonly left: ReadonlySet<string>;
}

/** What this op puts back, if it makes again what was wanted and stood when the last pass ended: then it was somebody else who took or changed it. */
export function repairOf(op: Op, before: Standing): Repair | undefined {
  const { observed, left } = before;
  const half = op.target === "kernel" ? observed.kernel : observed.speaker;
  if (half === undefined || half === "absent" || left.has(describe(op)) || !wasWanted(op, before)) return undefined;
  return words(op);
}

function wasWanted(op: Op, { desired, observed }: Standing): boolean {
  switch (op.kind) {
    case "link.add":
    case "link.up":
      return desired.links.has(op.link);
    case "address.add":
      return (desired.links.get(op.link) ?? []).some(
        (vip) => vip.address === op.address && vip.prefixLength === op.prefixLength,
      );
    case "virtualService.add":
    case "virtualService.edit": {
      const wanted = desired.virtualServices.get(virtualServiceKey(op.service));
      return wanted !== undefined && sameScheduling(wanted, op.service);
    }
    case "realServer.add":
    case "realServer.edit":
      return (desired.virtualServices.get(virtualServiceKey(op.service))?.realServers ?? []).some(
        (server) => realServerKey(server) === realServerKey(op.server) && sameServer(server, op.server),
      );
    case "path.announce": {
      const wanted = desired.announcements.get(op.path.prefix);
      const stood = typeof observed.speaker === "object" ? observed.speaker.paths.get(op.path.prefix) : undefined;
      return wanted?.want === "announce" && stood !== undefined && samePath(stood, op.path);
    }
    case "peer.add":
      return typeof observed.speaker === "object" && observed.speaker.peers.has(op.peer.address);
    default:
      return false;
  }
}

function words(op: Op): Repair | undefined {
  switch (op.kind) {
    case "link.add":
      return { kind: "link", found: `link ${op.link} was absent` };
    case "link.up":
      return { kind: "link", found: `link ${op.link} was down` };
    case "address.add":
      return { kind: "address", found: `${op.address}/${op.prefixLength} was not bound to ${op.link}` };
    case "virtualService.add":
      return { kind: "virtual_service", found: `virtual service ${virtualServiceKey(op.service)} was absent` };
    case "virtualService.edit":
      return { kind: "virtual_service", found: `virtual service ${virtualServiceKey(op.service)} was changed` };
    case "realServer.add":
      return { kind: "real_server", found: `${serverOf(op)} was absent` };
    case "realServer.edit":
      return { kind: "real_server", found: `${serverOf(op)} was changed` };
    case "path.announce":
      return { kind: "path", found: `path ${op.path.prefix} was absent from gobgpd, or another` };
    case "peer.add":
      return { kind: "peer", found: `peer ${op.peer.address} was absent from gobgpd` };
    default:
      return undefined;
  }
}

function serverOf({ server, service }: Extract<Op, { readonly server: unknown }>): string {
  return `real server ${realServerKey(server)} of ${virtualServiceKey(service)}`;
}
