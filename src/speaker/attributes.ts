import type { Family } from "../core/address.ts";
import { parseAddress } from "../core/address.ts";
import type { Path } from "../core/path.ts";
import { pathFamily } from "../core/path.ts";
import type { AttributeName } from "./dialect.ts";
import type { WireFamily } from "./wire.ts";

type Draft = { -readonly [Field in keyof Path]?: Path[Field] };

interface AttributeRow {
  /** The attribute's message for this path, or undefined where the path goes without it. `nlri` is the wrapped prefix. */
  encode(path: Path, nlri: object): object | undefined;
  /** Adds to `draft` what the message says. */
  decode(value: object, draft: Draft): void;
}

const IGP = 0;
const AFI: Readonly<Record<Family, number>> = { ipv4: 1, ipv6: 2 };
const UNICAST = 1;

/** Address family and subsequent family (RFC 4760) for unicast routes. */
export function wireFamily(of: Family): WireFamily {
  return { afi: AFI[of], safi: UNICAST };
}

/** One row for each attribute that a path carries, whatever the generation of gobgpd. */
export const ATTRIBUTES: Readonly<Record<AttributeName, AttributeRow>> = {
  origin: {
    encode: () => ({ origin: IGP }),
    decode: () => {},
  },
  nextHop: {
    encode: (path) => (pathFamily(path) === "ipv4" ? { next_hop: path.nextHop } : undefined),
    decode: (value, draft) => setNextHop((value as { next_hop?: string }).next_hop, draft),
  },
  mpReach: {
    encode: (path, nlri) =>
      pathFamily(path) === "ipv6"
        ? { family: wireFamily("ipv6"), next_hops: [path.nextHop], nlris: [nlri] }
        : undefined,
    decode: (value, draft) => setNextHop((value as { next_hops?: readonly string[] }).next_hops?.[0], draft),
  },
};

function setNextHop(text: string | undefined, draft: Draft): void {
  const nextHop = parseAddress(text ?? "");
  if (nextHop !== undefined) draft.nextHop = nextHop;
}
