import type { Address, Prefix } from "../core/address.ts";
import { bits, family, networkPrefix, parseAddress, splitPrefix } from "../core/address.ts";
import type { Path } from "../core/path.ts";
import { pathFamily, pathFault } from "../core/path.ts";
import type { AttributeDraft } from "./attributes.ts";
import { ATTRIBUTES, wireFamily } from "./attributes.ts";
import type { Connection } from "./connection.ts";
import type { AttributeName, Dialect } from "./dialect.ts";
import type { WirePath } from "./wire.ts";

const NAMES = Object.keys(ATTRIBUTES) as AttributeName[];

/** A reason why gobgpd must not be sent this announcement, or undefined: GoBGP 3 stores what is malformed without a word. */
export function announceFault(path: Path): string | undefined {
  if (parseAddress(path.nextHop) !== path.nextHop) return `next hop ${path.nextHop} is not a canonical address`;
  return withdrawFault(path.prefix) ?? pathFault(path);
}

/** A reason why gobgpd must not be sent this withdrawal, or undefined. */
export function withdrawFault(prefix: Prefix): string | undefined {
  const { address, length } = splitPrefix(prefix);
  if (parseAddress(address) !== address) return `${prefix} does not start with a canonical address`;
  if (!Number.isInteger(length) || length < 1 || length > bits(family(address)))
    return `prefix length of ${prefix} is not 1..${bits(family(address))}`;
  const network = networkPrefix(address, length);
  return network === prefix ? undefined : `${prefix} has host bits set, the network is ${network}`;
}

/** The Path message of an announcement. `now`, in milliseconds since 1970, is what GoBGP 4 shows as the path's age. */
export function encodeAnnounce(path: Path, dialect: Dialect, now: number): object {
  const nlri = wrap(path.prefix, dialect);
  const pattrs = NAMES.flatMap((name) => {
    const value = ATTRIBUTES[name].encode(path, nlri);
    return value === undefined ? [] : [dialect.wrapAttribute(name, value)];
  });
  const age = { seconds: Math.floor(now / 1000), nanos: (now % 1000) * 1_000_000 };
  return { nlri, pattrs, age, family: wireFamily(pathFamily(path)) };
}

/** The Path message of a withdrawal. gobgpd compares prefix and identifier only, but refuses a path without any next hop. */
export function encodeWithdraw(prefix: Prefix, dialect: Dialect, now: number, identifier = 0): object {
  const nextHop = (pathFamily({ prefix }) === "ipv4" ? "0.0.0.0" : "::") as Address;
  return { ...encodeAnnounce({ prefix, nextHop }, dialect, now), is_withdraw: true, identifier };
}

/** The Path messages that end every local path of the prefix: ours, and what others were seen to inject under an identifier. */
export function encodeWithdrawals(
  prefix: Prefix,
  { dialect, identifiers }: Connection,
  now: number,
): readonly object[] {
  return [0, ...(identifiers.get(prefix) ?? [])].map((identifier) => encodeWithdraw(prefix, dialect, now, identifier));
}

/** The path, or undefined where it is of a kind that we do not announce. */
export function decodePath(wire: WirePath, dialect: Dialect): Path | undefined {
  const nlri = dialect.unwrapPrefix(wire.nlri);
  const address = parseAddress(nlri?.prefix ?? "");
  if (nlri === undefined || address === undefined || nlri.prefix_len > bits(family(address))) return undefined;
  const draft: AttributeDraft = {};
  for (const attribute of wire.pattrs) {
    const known = dialect.unwrapAttribute(attribute);
    if (known !== undefined) ATTRIBUTES[known.name].decode(known.value, draft);
  }
  const { nextHop } = draft;
  return nextHop === undefined ? undefined : { prefix: networkPrefix(address, nlri.prefix_len), ...draft, nextHop };
}

/** Whether the path was injected on this host, by whichever program; a learned path carries its peer's AS. */
export function isLocal(wire: WirePath): boolean {
  return wire.source_asn === 0 && !wire.is_withdraw;
}

function wrap(prefix: Prefix, dialect: Dialect): object {
  const { address, length } = splitPrefix(prefix);
  return dialect.wrapPrefix({ prefix_len: length, prefix: address });
}
