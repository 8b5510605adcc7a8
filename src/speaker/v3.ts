import type { AttributeName, Dialect } from "./dialect.ts";
import type { WirePrefix } from "./wire.ts";

/** proto-loader packs and unpacks google.protobuf.Any by this key. */
const TYPE = "@type";
const PACKAGE = "type.googleapis.com/apipb.";
const MESSAGES: Readonly<Record<AttributeName, string>> = {
  origin: "OriginAttribute",
  nextHop: "NextHopAttribute",
  mpReach: "MpReachNLRIAttribute",
  med: "MultiExitDiscAttribute",
  localPref: "LocalPrefAttribute",
  communities: "CommunitiesAttribute",
  largeCommunities: "LargeCommunitiesAttribute",
};
const NAMES = new Map(Object.entries(MESSAGES).map(([name, message]) => [PACKAGE + message, name as AttributeName]));

export const v3: Dialect = {
  version: "GoBGP 3",
  service: "apipb.GobgpApi",
  proto: new URL("../../proto/gobgp-v3.proto", import.meta.url),
  table: { global: 0, adjOut: 3 },
  watchBest: 0,
  resetBoth: 2,
  wrapPrefix: (prefix) => ({ [TYPE]: `${PACKAGE}IPAddressPrefix`, ...prefix }),
  unwrapPrefix: (nlri) => (typeOf(nlri) === `${PACKAGE}IPAddressPrefix` ? (nlri as WirePrefix) : undefined),
  wrapAttribute: (name, value) => ({ [TYPE]: PACKAGE + MESSAGES[name], ...value }),
  unwrapAttribute(attribute) {
    const name = NAMES.get(typeOf(attribute) ?? "");
    return name === undefined ? undefined : { name, value: attribute as object };
  },
};

function typeOf(any: unknown): string | undefined {
  return (any as { readonly [TYPE]?: string } | null)?.[TYPE];
}
