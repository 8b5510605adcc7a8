import type { WirePrefix } from "./wire.ts";

/** A path attribute's name; each has a row in attributes.ts and a place in both dialects. */
export type AttributeName = "origin" | "nextHop" | "mpReach" | "med" | "localPref" | "communities" | "largeCommunities";

/** What differs between the API generations: names, numbers, and how prefixes and attributes are wrapped. */
export interface Dialect {
  readonly version: "GoBGP 3" | "GoBGP 4";
  /** The gRPC service's full name. */
  readonly service: string;
  readonly proto: URL;
  /** Numbers of TableType. */
  readonly table: { readonly global: number; readonly adjOut: number };
  /** Number of the watch filter for best paths. */
  readonly watchBest: number;
  /** Number of the reset direction for both directions. */
  readonly resetBoth: number;
  wrapPrefix(prefix: WirePrefix): object;
  /** undefined: not an IP unicast prefix. */
  unwrapPrefix(nlri: unknown): WirePrefix | undefined;
  wrapAttribute(name: AttributeName, value: object): object;
  /** undefined: an attribute that we have no row for. */
  unwrapAttribute(attribute: unknown): { readonly name: AttributeName; readonly value: object } | undefined;
}
