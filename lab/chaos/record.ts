import type { KindName } from "./kinds.ts";

/** What became of one fault; Unix milliseconds. */
export interface FaultRecord {
  readonly number: number;
  readonly kind: KindName;
  readonly host: string;
  /** Before the first hand was laid on it, and when it was done. */
  readonly at: number;
  readonly struck: number;
  /** When it began to be taken back, and when that was done; what the controller has to mend alone is taken back at once. */
  readonly undone: number;
  readonly over: number;
  /** When its dataplane was seen to be whole after that, and when the host was seen to be well again; undefined: it never was. */
  readonly mended: number | undefined;
  readonly back: number | undefined;
}

/** A law that did not hold. */
export interface Breach {
  readonly law: Law;
  readonly text: string;
}

export const LAWS = {
  "no lie": "the router has no route to a host that cannot serve, or that nobody watches over, longer than the bound",
  "withdrawn first": "an address or a virtual service goes only when the router has no route to it",
  "nothing foreign": "addresses, links, virtual services and paths of others are at the end what they were",
  converges: "after its fault each host is well again within the bound, and at the end nothing moves any more",
  accounted: "each failed request was sent to a host in its fault, or was on the way when a route changed",
} as const;

export type Law = keyof typeof LAWS;
