import type { AttributeName, Dialect } from "./dialect.ts";
import type { WirePrefix } from "./wire.ts";

/** Fields of the oneof that holds an attribute. */
const FIELDS: Readonly<Record<AttributeName, string>> = {
  origin: "origin",
  nextHop: "next_hop",
  mpReach: "mp_reach",
  med: "multi_exit_disc",
  localPref: "local_pref",
  communities: "communities",
  largeCommunities: "large_communities",
};
const NAMES = new Map(Object.entries(FIELDS).map(([name, field]) => [field, name as AttributeName]));

export const v4: Dialect = {
  version: "GoBGP 4",
  service: "api.GoBgpService",
  proto: new URL("../../proto/gobgp-v4.proto", import.meta.url),
  table: { global: 1, adjOut: 4 },
  watchBest: 1,
  resetBoth: 3,
  wrapPrefix: (prefix) => ({ prefix }),
  unwrapPrefix: (nlri) => (nlri as { readonly prefix?: WirePrefix } | null)?.prefix ?? undefined,
  wrapAttribute: (name, value) => ({ [FIELDS[name]]: value }),
  unwrapAttribute(attribute) {
    const { attr, ...fields } = attribute as { readonly attr?: string; readonly [field: string]: unknown };
    const name = NAMES.get(attr ?? "");
    return name === undefined ? undefined : { name, value: fields[FIELDS[name]] as object };
  },
};
