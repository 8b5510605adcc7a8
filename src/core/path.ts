import type { Address, Family, Prefix } from "./address.ts";
import { bits, family, splitPrefix } from "./address.ts";

/** An announcement as peers see it: prefix (NLRI), next hop; ORIGIN is always IGP. */
export interface Path {
  readonly prefix: Prefix;
  readonly nextHop: Address;
}

export function pathFamily(path: Pick<Path, "prefix">): Family {
  return family(splitPrefix(path.prefix).address);
}

export function samePath(a: Path, b: Path): boolean {
  return a.prefix === b.prefix && a.nextHop === b.nextHop;
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
