import type { Address, Prefix } from "./address.ts";
import type { Desired } from "./desired.ts";
import type { Op } from "./op.ts";
import { ownedServerKey } from "./ownership.ts";
import { describePath } from "./path.ts";
import { peerChanges } from "./peer.ts";
import type { RealServer, VirtualServiceKey } from "./service.ts";
import { realServerKey, virtualServiceKey } from "./service.ts";
import type { Observed, SessionState } from "./state.ts";

/** What becomes of a BGP session. reset, end: one that stands (or may) is lost; set: none stands that could be. */
export interface SessionImpact {
  readonly peer: Address;
  readonly effect: "begin" | "reset" | "set" | "end";
  readonly session: SessionState;
  /** What differs; empty for one that begins. */
  readonly change: string;
}

/** What routers hear of a VIP. interrupt: withdrawn, and announced again. */
export interface VipImpact {
  readonly prefix: Prefix;
  readonly effect: "announce" | "re-announce" | "withdraw" | "interrupt";
  /** Why, or what differs. */
  readonly why: string;
}

/** What becomes of an IPVS entry, and how many connections it carries now. */
export interface IpvsImpact {
  readonly virtualService: VirtualServiceKey;
  /** `10.88.0.200:8080`; undefined: the virtual service itself. */
  readonly realServer?: string;
  readonly effect: "add" | "change" | "remove";
  /** What it is, or was and will be. */
  readonly change: string;
  /** Connections that IPVS holds there, open or closing; undefined: it is new, or they are not counted. */
  readonly connections?: number;
}

/** What steps would touch that somebody notices. */
export interface BlastRadius {
  readonly sessions: readonly SessionImpact[];
  readonly vips: readonly VipImpact[];
  readonly ipvs: readonly IpvsImpact[];
}

/** What these steps touch, of what was seen before them. */
export function blastRadius(ops: readonly Op[], desired: Desired, observed: Observed): BlastRadius {
  return {
    sessions: ops.flatMap((op) => sessionImpact(op, observed)),
    vips: vipImpacts(ops, desired, observed),
    ipvs: ops.flatMap((op) => ipvsImpact(op, observed.kernel)),
  };
}

/** Connections at what is changed or removed, each counted once. */
export function connectionsAt(ipvs: readonly IpvsImpact[]): number {
  const whole = new Set(ipvs.filter((one) => one.realServer === undefined).map((one) => one.virtualService));
  return ipvs
    .filter((one) => one.realServer === undefined || !whole.has(one.virtualService))
    .reduce((sum, { connections = 0 }) => sum + connections, 0);
}

function sessionImpact(op: Op, { speaker }: Observed): SessionImpact[] {
  const known = (peer: Address) => (typeof speaker === "object" ? speaker.peers.get(peer) : undefined);
  if (op.kind === "peer.add") return [{ peer: op.peer.address, effect: "begin", session: "idle", change: "" }];
  if (op.kind !== "peer.update" && op.kind !== "peer.delete") return [];
  const peer = op.kind === "peer.update" ? op.peer.address : op.address;
  const before = known(peer);
  const session = before?.session ?? "unknown";
  const stands = session === "established" || session === "unknown";
  const after = op.kind === "peer.update" ? op.peer : undefined;
  const change = before === undefined ? "" : peerChanges(before, after).join(", ");
  return [{ peer, effect: after === undefined ? "end" : stands ? "reset" : "set", session, change }];
}

function vipImpacts(ops: readonly Op[], { announcements }: Desired, { speaker }: Observed): VipImpact[] {
  const found = new Map<Prefix, VipImpact>();
  for (const op of ops) {
    if (op.kind === "path.withdraw") {
      const why = announcements.get(op.prefix)?.reason ?? "it is not in the config any more";
      found.set(op.prefix, { prefix: op.prefix, effect: "withdraw", why });
    } else if (op.kind === "path.announce") {
      const { prefix } = op.path;
      const before = typeof speaker === "object" ? speaker.paths.get(prefix) : undefined;
      if (found.has(prefix)) found.set(prefix, { prefix, effect: "interrupt", why: "its dataplane is built anew" });
      else if (before === undefined)
        found.set(prefix, { prefix, effect: "announce", why: announcements.get(prefix)?.reason ?? "" });
      else {
        const why = `${describePath(before)} becomes ${describePath(op.path)}`;
        found.set(prefix, { prefix, effect: "re-announce", why });
      }
    }
  }
  return [...found.values()];
}

const EFFECTS = { add: "add", edit: "change", delete: "remove" } as const;

function ipvsImpact(op: Op, kernel: Observed["kernel"]): IpvsImpact[] {
  if (!("service" in op)) return [];
  const virtualService = virtualServiceKey(op.service);
  const before = kernel?.virtualServices?.get(virtualService);
  const [, verb] = op.kind.split(".") as [string, keyof typeof EFFECTS];
  const open = (servers: readonly RealServer[]) =>
    servers.reduce((sum, one) => sum + (kernel?.connections?.get(ownedServerKey(op.service, one)) ?? 0), 0);
  const counted = (servers: readonly RealServer[]) =>
    verb === "add" || kernel?.connections === undefined ? {} : { connections: open(servers) };
  const base = { virtualService, effect: EFFECTS[verb] };
  if (!("server" in op)) {
    const was = before === undefined ? [] : [before.scheduler, ...before.flags];
    const is = [op.service.scheduler, ...op.service.flags];
    return [{ ...base, change: fromTo(was, is, verb), ...counted(before?.realServers ?? []) }];
  }
  const realServer = realServerKey(op.server);
  const server = before?.realServers.find((one) => realServerKey(one) === realServer);
  const was = server === undefined ? [] : serverWords(server);
  return [{ ...base, realServer, change: fromTo(was, serverWords(op.server), verb), ...counted([op.server]) }];
}

function serverWords({ forwarding, weight }: { readonly forwarding: string; readonly weight: number }): string[] {
  return [forwarding, `weight ${weight}`];
}

function fromTo(was: readonly string[], is: readonly string[], verb: keyof typeof EFFECTS): string {
  return verb === "edit" ? `${was.join(" ")} becomes ${is.join(" ")}` : is.join(" ");
}
