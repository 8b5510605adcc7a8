import { family, parseAddress } from "../core/address.ts";
import type { KernelOp } from "../core/op.ts";
import type { LinkAddress } from "../core/state.ts";
import { asObject, quote, UnexpectedOutput } from "./json.ts";

export type AddressOp = Extract<KernelOp, { readonly kind: "address.add" | "address.delete" }>;

/** One element of `addr_info`, or undefined for a family that is not IP. Throws UnexpectedOutput for what ip(8) does not print. */
export function parseLinkAddress(source: string, value: unknown): LinkAddress | undefined {
  const entry = asObject(source, value);
  if (entry["family"] !== "inet" && entry["family"] !== "inet6") return undefined;
  const local = entry["local"];
  const address = typeof local === "string" ? parseAddress(local) : undefined;
  if (address === undefined) throw new UnexpectedOutput(`${source}: local: expected an address, found ${quote(local)}`);
  const prefixLength = entry["prefixlen"];
  if (typeof prefixLength !== "number")
    throw new UnexpectedOutput(`${source}: prefixlen: expected a number, found ${quote(prefixLength)}`);
  // Tentative: not answered for yet. A failed duplicate address detection leaves the address tentative for good (RFC 4862, 5.4).
  return { address, prefixLength, usable: entry["tentative"] !== true && entry["dadfailed"] !== true };
}

/** The op as words of ip-address(8), without `ip` itself. */
export function encodeAddress(op: AddressOp): readonly string[] {
  const words = ["address", op.kind === "address.add" ? "add" : "delete", `${op.address}/${op.prefixLength}`];
  // Every host of the cluster has the VIP: duplicates are the point, so they must not be looked for.
  const nodad = op.kind === "address.add" && family(op.address) === "ipv6" ? ["nodad"] : [];
  return [...words, "dev", op.link, ...nodad];
}
