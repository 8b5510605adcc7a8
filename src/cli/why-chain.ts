import type { StatusDocument, ToldAnnouncement } from "../admin/api.ts";
import type { Event } from "../core/event.ts";
import { hasPath, isAnnounced } from "../core/status.ts";
import type { ChainLink } from "./chain-link.ts";
import { dataplaneLink, speakerLink } from "./why-path.ts";
import { peerLinks } from "./why-peers.ts";
import { checkLinks, healthLink, policyLink, wantedLink } from "./why-wanted.ts";

/** Why one VIP is announced, or is not. */
export interface Chain {
  readonly prefix: string;
  readonly services: readonly string[];
  readonly announced: boolean;
  /** False: gobgpd cannot be read, and its sessions may stand all the same. */
  readonly known: boolean;
  /** gobgpd has the path, and should not. */
  readonly lingers: boolean;
  /** How many of how many peers have it. */
  readonly proof: { readonly at: number; readonly of: number };
  readonly links: readonly ChainLink[];
  /** The first link that is not ok, or gobgpd where it has a path that it should not have; undefined: all are well. */
  readonly broken: ChainLink | undefined;
}

/** The chains of all VIPs of a status, with what the journal knows of each. */
export function chains(found: StatusDocument, events: readonly Event[]): readonly Chain[] {
  return found.announcements.map((one) => chainOf(one, found, events));
}

function chainOf(one: ToldAnnouncement, found: StatusDocument, events: readonly Event[]): Chain {
  const services = found.services.filter(({ name }) => one.services.includes(name));
  const overruled = one.want === "announce" && services.some(({ verdict }) => verdict !== "up");
  const before = [
    ...services.flatMap((service) => checkLinks(service, overruled)),
    ...services.map((service) => healthLink(service, overruled)),
    policyLink(one, services, found),
  ];
  const links = [
    ...before,
    wantedLink(
      one,
      before.some(({ state }) => state === "broken" || state === "waiting"),
    ),
    dataplaneLink(one, found),
    speakerLink(one, found, events),
    ...peerLinks(one, found),
  ];
  const first = links.find(({ state }) => state === "broken") ?? links.find(({ state }) => state === "waiting");
  const lingers = one.state === "lingering" ? links.find(({ link }) => link === "gobgpd") : undefined;
  return {
    prefix: one.prefix,
    services: one.services,
    announced: isAnnounced(one),
    known: one.state !== "unknown",
    lingers: lingers !== undefined,
    proof: { at: one.peers.filter(hasPath).length, of: found.peers.length },
    links,
    broken: lingers ?? first,
  };
}
