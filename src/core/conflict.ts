import { mayTake } from "./claim.ts";
import { inTheWay } from "./dataplane.ts";
import type { Desired } from "./desired.ts";
import type { Ownership } from "./ownership.ts";
import { ownedServerKey } from "./ownership.ts";
import type { Vip } from "./service.ts";
import { realServerKey, virtualServiceKey } from "./service.ts";
import type { Link, Observed } from "./state.ts";
import { sysctlConflicts } from "./sysctl.ts";

/** What stands in our way and is not ours: reported with what to do, never fought. One line each, stable as long as it lasts. */
export function conflicts(desired: Desired, observed: Observed, owned: Ownership): readonly string[] {
  return [
    ...speakerConflicts(desired, observed),
    ...peerConflicts(desired, observed, owned),
    ...linkConflicts(desired, observed, owned),
    ...ipvsConflicts(desired, observed, owned),
    ...(observed.kernel === undefined ? [] : sysctlConflicts(desired, observed.kernel, owned)),
  ];
}

function speakerConflicts(desired: Desired, { speaker }: Observed): string[] {
  if (speaker === undefined || speaker === "absent") return [];
  const found = speaker.identity;
  if (found === undefined) {
    return desired.mode === "shared"
      ? [
          "bgp.mode is shared, but BGP is not started in gobgpd: give gobgpd a config file with its AS, router ID and peers",
        ]
      : [];
  }
  const wanted = desired.identity;
  if (wanted !== undefined && (found.as !== wanted.as || found.routerId !== wanted.routerId)) {
    const remedy =
      desired.mode === "shared" ? "make bgp.local agree with it" : "restart gobgpd, or make bgp.local agree with it";
    return [
      `gobgpd runs as AS ${found.as}, router ID ${found.routerId}; the config says AS ${wanted.as}, router ID ${wanted.routerId}: nothing in gobgpd is touched; ${remedy}`,
    ];
  }
  if (wanted !== undefined && desired.mode === "managed" && found.listenPort !== wanted.listenPort) {
    return [
      `gobgpd listens on BGP port ${found.listenPort}, the config says ${wanted.listenPort}: that needs a restart of gobgpd`,
    ];
  }
  return [];
}

function peerConflicts(desired: Desired, { speaker }: Observed, owned: Ownership): string[] {
  if (desired.mode === "shared" || speaker === undefined || speaker === "absent") return [];
  const wanted = new Set(desired.peers.map((peer) => peer.address));
  return [...speaker.peers.keys()]
    .filter((address) => !wanted.has(address) && !owned.peers.has(address))
    .map(
      (address) =>
        `gobgpd has a peer ${address} that is not ours: it is left alone, and hears of our VIPs; remove it, or set bgp.mode to shared where gobgpd's own config owns the peers`,
    );
}

function linkConflicts(desired: Desired, { kernel }: Observed, owned: Ownership): string[] {
  return [...desired.links].flatMap(([name, vips]) => {
    const link = kernel?.links.get(name);
    if (link === undefined) return [];
    if (mayTake(link, vips, owned)) return addressConflicts(name, link, vips, owned);
    return [
      `link ${name} exists and is not ours (${whose(link)}): it is left alone; give the service another "interface" or remove the link`,
    ];
  });
}

function addressConflicts(name: string, link: Link, vips: readonly Vip[], owned: Ownership): string[] {
  return vips.flatMap((vip) => {
    const found = inTheWay(name, link, vip, owned);
    if (found === undefined) return [];
    const [wanted, stands] = [vip, found].map((one) => `${one.address}/${one.prefixLength}`);
    return [
      `${stands} on link ${name} is not ours, and keeps ${wanted} off it: it is left alone; remove it, or make prefixLength agree with it`,
    ];
  });
}

function whose(link: Link): string {
  if (link.kind !== "dummy") return link.kind === "" ? "a physical device" : `a ${link.kind} device`;
  return link.alias === "" ? "a dummy with addresses of somebody else" : `its alias is "${link.alias}"`;
}

function ipvsConflicts(desired: Desired, { kernel }: Observed, owned: Ownership): string[] {
  const lines: string[] = [];
  for (const [key, wanted] of desired.virtualServices) {
    const found = kernel?.virtualServices?.get(key);
    if (found === undefined) continue;
    if (!owned.virtualServices.has(key)) {
      lines.push(
        `virtual service ${key} exists in another form and is not ours: it is left alone; remove it with ipvsadm -D, or change the port`,
      );
      continue;
    }
    for (const server of found.realServers) {
      if (wanted.realServers.some((other) => realServerKey(other) === realServerKey(server))) continue;
      if (owned.realServers.has(ownedServerKey(wanted, server))) continue;
      lines.push(
        `real server ${realServerKey(server)} in ${virtualServiceKey(wanted)} is not ours: it is left alone and takes its share of the traffic`,
      );
    }
  }
  return lines;
}
