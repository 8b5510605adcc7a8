import type { Address, Family, Prefix } from "./address.ts";
import { bits, family, splitPrefix } from "./address.ts";
import type { Community, LargeCommunity } from "./community.ts";

/** What an operator may say about a route beyond where it leads; what is absent is not sent, and lists are never empty. */
export interface PathAttributes {
  /** MULTI_EXIT_DISC, 0..4294967295: of several ways into one AS the lowest is preferred. */
  readonly med?: number;
  /** LOCAL_PREF, 0..4294967295: sent to iBGP peers only. */
  readonly localPref?: number;
  /** As `sortCommunities` leaves them. */
  readonly communities?: readonly Community[];
  readonly largeCommunities?: readonly LargeCommunity[];
}

/** An announcement as peers see it: prefix (NLRI), next hop, attributes; ORIGIN is always IGP. */
export interface Path extends PathAttributes {
  readonly prefix: Prefix;
  readonly nextHop: Address;
}

export function pathFamily(path: Pick<Path, "prefix">): Family {
  return family(splitPrefix(path.prefix).address);
}

export function samePath(a: Path, b: Path): boolean {
  return a.prefix === b.prefix && describePath(a) === describePath(b);
}

/** Next hop and attributes in one line; equal paths have equal lines. */
export function describePath({ nextHop, ...attributes }: Omit<Path, "prefix">): string {
  return [`next hop ${nextHop}`, ...attributeWords(attributes)].join(", ");
}

/** Each attribute that is there, in words. */
export function attributeWords({ med, localPref, communities, largeCommunities }: PathAttributes): string[] {
  return [
    ...(med === undefined ? [] : [`MED ${med}`]),
    ...(localPref === undefined ? [] : [`local preference ${localPref}`]),
    ...(communities === undefined ? [] : [`communities ${communities.join(" ")}`]),
    ...(largeCommunities === undefined ? [] : [`large communities ${largeCommunities.join(" ")}`]),
  ];
}

/** A reason why gobgpd must not be sent this path, or undefined. GoBGP 3 stores some of these without a word. */
export function pathFault(path: Path): string | undefined {
  const { address, length } = splitPrefix(path.prefix);
  if (!Number.isInteger(length) || length < 1 || length > bits(family(address)))
    return `prefix length of ${path.prefix} is not 1..${bits(family(address))}`;
  if (family(path.nextHop) !== family(address))
    return `next hop ${path.nextHop} is not of the family of ${path.prefix}`;
  return undefined;
}
