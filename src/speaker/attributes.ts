import type { Family } from "../core/address.ts";
import { parseAddress } from "../core/address.ts";
import type { Community, LargeCommunity } from "../core/community.ts";
import { partsOf, sortCommunities } from "../core/community.ts";
import type { Path } from "../core/path.ts";
import { pathFamily } from "../core/path.ts";
import type { AttributeName } from "./dialect.ts";
import type { WireFamily } from "./wire.ts";

/** What the attributes of a message have said so far. */
export type AttributeDraft = { -readonly [Field in keyof Path]?: Path[Field] };

interface AttributeRow {
  /** The attribute's message for this path, or undefined where the path goes without it. `nlri` is the wrapped prefix. */
  encode(path: Path, nlri: object): object | undefined;
  /** Adds to `draft` what the message says. */
  decode(value: object, draft: AttributeDraft): void;
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
  med: {
    encode: ({ med }) => (med === undefined ? undefined : { med }),
    decode: (value, draft) => {
      draft.med = (value as { med: number }).med;
    },
  },
  localPref: {
    encode: ({ localPref }) => (localPref === undefined ? undefined : { local_pref: localPref }),
    decode: (value, draft) => {
      draft.localPref = (value as { local_pref: number }).local_pref;
    },
  },
  communities: {
    encode: ({ communities }) =>
      communities && { communities: communities.map(partsOf).map(([high = 0, low = 0]) => high * 65_536 + low) },
    decode: (value, draft) => {
      const { communities } = value as { communities: readonly number[] };
      const texts = communities.map((number) => `${Math.floor(number / 65_536)}:${number % 65_536}` as Community);
      if (texts.length > 0) draft.communities = sortCommunities(texts);
    },
  },
  largeCommunities: {
    encode: ({ largeCommunities }) =>
      largeCommunities && {
        communities: largeCommunities
          .map(partsOf)
          .map(([global_admin, local_data1, local_data2]) => ({ global_admin, local_data1, local_data2 })),
      },
    decode: (value, draft) => {
      const { communities } = value as { communities: readonly WireLargeCommunity[] };
      const texts = communities.map(
        (one) => `${one.global_admin}:${one.local_data1}:${one.local_data2}` as LargeCommunity,
      );
      if (texts.length > 0) draft.largeCommunities = sortCommunities(texts);
    },
  },
};

interface WireLargeCommunity {
  readonly global_admin: number;
  readonly local_data1: number;
  readonly local_data2: number;
}

function setNextHop(text: string | undefined, draft: AttributeDraft): void {
  const nextHop = parseAddress(text ?? "");
  if (nextHop !== undefined) draft.nextHop = nextHop;
}
