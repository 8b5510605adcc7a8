import type { Address, Prefix } from "./address.ts";
import { family, networkPrefix } from "./address.ts";
import type { Against, CheckStatus, Verdict } from "./health.ts";
import type { Override, Overrides } from "./override.ts";
import { demote, isDrained, overrideWords } from "./override.ts";
import type { Path } from "./path.ts";
import { sorted } from "./pool.ts";
import type { RealServer, Service, Vip, VirtualService, VirtualServiceKey } from "./service.ts";
import { virtualServiceKey } from "./service.ts";
import type { Identity, PeerConfig } from "./state.ts";
import { IPVS_SYSCTLS } from "./sysctl.ts";

/** all: a prefix is announced while all services on it are well; any: while one of them is. */
export type SharedPrefix = "all" | "any";

/** What the operator asks for, resolved. */
export interface Intent {
  /** managed: we start BGP and own the peers; shared: gobgpd's own config does, and we own only our paths. */
  readonly mode: "managed" | "shared";
  /** In managed mode always there; in shared mode gobgpd's own is taken as it is. */
  readonly identity: Identity | undefined;
  readonly peers: readonly PeerConfig[];
  /** The host's own address by family. */
  readonly nextHop: { readonly ipv4?: Address | undefined; readonly ipv6?: Address | undefined };
  readonly services: readonly Service[];
  /** How many of the services that share a prefix have to be well; all of them where left out. */
  readonly sharedPrefix?: SharedPrefix;
  /** `-network-setup`: without it links, addresses and IPVS are the operator's, and are not verified. */
  readonly network: boolean;
  /** `-ipvs-setup`, which counts only together with `-network-setup`. */
  readonly ipvs: boolean;
  /** `keep`: the settings of IPVS stay as they are. */
  readonly ipvsSysctls?: "set" | "keep";
}

/** What the checks of one service say together, and in one line why. */
export interface ServiceHealth {
  readonly verdict: Verdict;
  readonly reason: string;
  /** When the first of the probes came that led to the verdict, on the clock; undefined: that is not known. */
  readonly since?: number | undefined;
  /** Each check by itself, for people. */
  readonly checks?: readonly CheckStatus[];
  /** Real servers that have checks of their own; the others serve while the service is up. */
  readonly realServers?: ReadonlyMap<Address, RealServerHealth>;
}

/** What the checks of one real server say together, and in one line why. */
export interface RealServerHealth extends Pick<ServiceHealth, "verdict" | "reason" | "since"> {
  readonly address: Address;
}

/** serving: announce what is healthy; leaving: withdraw all, the dataplane stays for the flows still coming; gone: the dataplane goes too. */
export type Stage = "serving" | "leaving" | "gone";

export interface BoundVip extends Vip {
  readonly link: string;
}

export interface Announcement {
  readonly path: Path;
  /** keep: nothing is known yet, so what is announced stays announced and what is not stays withdrawn. */
  readonly want: "announce" | "withdraw" | "keep";
  /** Why it is not announced, or what speaks for it. */
  readonly reason: string;
  /** Where checks decide that it is not announced: which, why, and since when. */
  readonly against?: readonly Against[];
  readonly services: readonly string[];
  /** One of its services drains, so the path is told worse than it is. */
  readonly draining: boolean;
  /** What has to be seen in the kernel before this may be announced. */
  readonly vips: readonly BoundVip[];
  readonly virtualServices: readonly VirtualServiceKey[];
}

/** What should be, whatever is. */
export interface Desired {
  readonly mode: "managed" | "shared";
  readonly identity: Identity | undefined;
  readonly peers: readonly PeerConfig[];
  /** False on the way out: a BGP that does not run is not started to say goodbye. */
  readonly mayStart: boolean;
  /** False until the first verdicts are in: peers that come before the paths get an End-of-RIB for an empty table. */
  readonly peersMayStart: boolean;
  readonly links: ReadonlyMap<string, readonly Vip[]>;
  readonly virtualServices: ReadonlyMap<VirtualServiceKey, VirtualService>;
  /** Real servers of them that no verdict is known of yet: one that stands stays as it is, and one that does not is not put in. */
  readonly awaiting: ReadonlyMap<VirtualServiceKey, readonly RealServer[]>;
  /** Settings of IPVS, by their names in sysctl(8), while there are virtual services. */
  readonly sysctls: ReadonlyMap<string, string>;
  readonly announcements: ReadonlyMap<Prefix, Announcement>;
}

const UNPROBED: ServiceHealth = { verdict: "unknown", reason: "no verdict yet" };

const NO_WORD: Overrides = new Map();

/** What should be, from what was asked for, the health of each service by name, the stage of this process's life, and the operator's word. */
export function derive(
  intent: Intent,
  health: ReadonlyMap<string, ServiceHealth>,
  stage: Stage,
  peersMayStart: boolean,
  overrides = NO_WORD,
): Desired {
  const links = new Map<string, Map<Address, Vip>>();
  const virtualServices = new Map<VirtualServiceKey, VirtualService>();
  const awaiting = new Map<VirtualServiceKey, readonly RealServer[]>();
  const announcements = new Map<Prefix, Announcement>();
  const merge = intent.sharedPrefix === "any" ? either : both;
  for (const service of intent.services) {
    const override = overrides.get(service.name);
    const own = intent.ipvs && intent.network ? service.virtualServices : [];
    if (stage !== "gone" && intent.network && !isDrained(override)) {
      const vips = links.get(service.link) ?? new Map<Address, Vip>();
      links.set(service.link, vips);
      for (const vip of service.vips) vips.set(vip.address, vip);
      const verdicts = health.get(service.name)?.realServers;
      for (const one of own) {
        const { realServers, unknown } = sorted(one, (address) => verdicts?.get(address)?.verdict);
        virtualServices.set(virtualServiceKey(one), { ...one, realServers });
        if (unknown.length > 0) awaiting.set(virtualServiceKey(one), unknown);
      }
    }
    for (const vip of service.vips) {
      const nextHop = intent.nextHop[family(vip.address)];
      if (nextHop === undefined) continue;
      const prefix = networkPrefix(vip.address, vip.prefixLength);
      const wanted = wish(service, health.get(service.name) ?? UNPROBED, stage, override);
      const needs = {
        vips: intent.network ? [{ ...vip, link: service.link }] : [],
        virtualServices: own.filter((one) => one.vip === vip.address).map(virtualServiceKey),
      };
      const other = announcements.get(prefix);
      const plain = { prefix, nextHop, ...service.attributes };
      const path = wanted.draining ? demote(plain) : plain;
      const fresh = { path, services: [service.name], ...wanted, ...needs };
      announcements.set(prefix, other === undefined ? fresh : merge(other, fresh));
    }
  }
  const { mode, identity, peers } = intent;
  const carried = new Map([...links].map(([link, vips]) => [link, [...vips.values()]]));
  const mayStart = stage === "serving";
  return {
    mode,
    identity,
    peers,
    mayStart,
    peersMayStart: mayStart && peersMayStart,
    links: carried,
    virtualServices,
    awaiting,
    sysctls: virtualServices.size > 0 && intent.ipvsSysctls !== "keep" ? IPVS_SYSCTLS : new Map(),
    announcements,
  };
}

type Wish = Pick<Announcement, "want" | "reason" | "draining" | "against">;

function wish(service: Service, health: ServiceHealth, stage: Stage, override: Override | undefined): Wish {
  if (stage !== "serving") return { want: "withdraw", reason: "this controller is stopping", draining: false };
  const { name } = service;
  const reason = override === undefined ? "" : `${name} is ${overrideWords(override)}; said ${override.since}`;
  if (override?.word === "down" || isDrained(override)) return { want: "withdraw", reason, draining: false };
  const draining = override?.word === "drain";
  if (override?.word === "up" || (draining && override.regardless)) return { want: "announce", reason, draining };
  const byHealth = `${name} is ${health.verdict}: ${health.reason}`;
  const want = health.verdict === "up" ? "announce" : health.verdict === "down" ? "withdraw" : "keep";
  const against = want === "announce" ? [] : speakingAgainst(name, health);
  return {
    want,
    reason: draining ? `${reason}; ${byHealth}` : byHealth,
    draining,
    ...(against.length > 0 && { against }),
  };
}

function speakingAgainst(service: string, { checks = [] }: ServiceHealth): readonly Against[] {
  return checks
    .filter(({ reason }) => reason !== "")
    .map(({ name, reason, stale, since }) => ({ service, check: name, reason, stale, since }));
}

/** Services that share a prefix all have to be well: a router cannot tell their ports apart. */
function both(a: Announcement, b: Announcement): Announcement {
  const worse = rank(a) <= rank(b) ? a : b;
  const against = [...(a.against ?? []), ...(b.against ?? [])];
  return {
    ...(against.length > 0 && { against }),
    path: b.draining ? b.path : a.path,
    draining: a.draining || b.draining,
    want: worse.want,
    reason: worse.reason,
    services: [...a.services, ...b.services],
    vips: [...a.vips, ...b.vips],
    virtualServices: [...a.virtualServices, ...b.virtualServices],
  };
}

/** With `any` one that is well is enough; what is not has no say, and its dataplane need not stand. */
function either(a: Announcement, b: Announcement): Announcement {
  if (rank(a) === rank(b)) return both(a, b);
  return { ...(rank(a) > rank(b) ? a : b), services: [...a.services, ...b.services] };
}

function rank(announcement: Announcement): number {
  const { want, draining } = announcement;
  return ["withdraw", "keep", "announce"].indexOf(want) - (draining ? 0.5 : 0);
}
