import type { KernelOp } from "../core/op.ts";
import { LINK_ALIAS } from "../core/ownership.ts";
import type { Link, LinkAddress } from "../core/state.ts";
import { parseLinkAddress } from "./address.ts";
import { asObject, type JsonObject, parseArray, quote, UnexpectedOutput } from "./json.ts";

export type LinkOp = Extract<KernelOp, { readonly kind: "link.add" | "link.mark" | "link.up" | "link.delete" }>;

/** Links and their addresses in one answer. */
export const SHOW = ["ip", "-json", "-details", "address", "show"] as const;

/** All links of `ip -json -details address show` by name, and their alternative names as links of their own kind; throws UnexpectedOutput that says what is not as ip(8) prints it. */
export function parseLinks(text: string): ReadonlyMap<string, Link> {
  const source = SHOW.join(" ");
  const links = new Map<string, Link>();
  for (const [index, value] of parseArray(source, text).entries()) {
    const entry = asObject(`${source}: [${index}]`, value);
    // iproute2 before 5.0 prints {} for what a filter left out.
    if (Object.keys(entry).length === 0) continue;
    const link = parseLink(`${source}: [${index}]`, entry);
    links.set(link.name, link);
    for (const name of alternatives(entry)) {
      // ip(8) takes an alternative name for the link itself, so a service named like one would bind to somebody's network card.
      if (!links.has(name)) links.set(name, { ...link, name, kind: `altname of ${link.name}`, addresses: [] });
    }
  }
  return links;
}

function alternatives(entry: JsonObject): readonly string[] {
  const names = entry["altnames"];
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

function parseLink(source: string, entry: JsonObject): Link {
  const name = entry["ifname"];
  if (typeof name !== "string" || name === "")
    throw new UnexpectedOutput(`${source}: ifname: expected a name, found ${quote(name)}`);
  const flags = entry["flags"];
  if (!Array.isArray(flags)) throw new UnexpectedOutput(`${source}: flags: expected an array, found ${quote(flags)}`);
  const kind =
    entry["linkinfo"] === undefined ? undefined : asObject(`${source}: linkinfo`, entry["linkinfo"])["info_kind"];
  const alias = entry["ifalias"];
  const info = entry["addr_info"] ?? [];
  if (!Array.isArray(info)) throw new UnexpectedOutput(`${source}: addr_info: expected an array, found ${quote(info)}`);
  const addresses = info.map((value, index) => parseLinkAddress(`${source}: addr_info[${index}]`, value));
  return {
    name,
    kind: typeof kind === "string" ? kind : "",
    alias: typeof alias === "string" ? alias : "",
    up: flags.includes("UP"),
    addresses: addresses.filter((address): address is LinkAddress => address !== undefined),
  };
}

/** The op as words of ip-link(8), without `ip` itself; `name` and `dev` are spelt out, or ip takes a link called `b` for `broadcast`. */
export function encodeLink(op: LinkOp): readonly string[] {
  switch (op.kind) {
    case "link.add":
      return ["link", "add", "name", op.link, "type", "dummy"];
    case "link.mark":
      return ["link", "set", "dev", op.link, "alias", LINK_ALIAS];
    case "link.up":
      return ["link", "set", "dev", op.link, "up"];
    case "link.delete":
      return ["link", "delete", "dev", op.link];
  }
}

/**
 * A reason why this name cannot be one of our links, or undefined. Narrower than the kernel (dev_valid_name: no `/`, `:`
 * or space, 15 bytes) by what `ip -batch` reads as comment, quote or continuation, and by `%`, with which the kernel makes up a name.
 */
export function linkNameFault(name: string): string | undefined {
  const bytes = Buffer.byteLength(name);
  if (bytes < 1 || bytes > 15) return `link name ${quote(name)} has ${bytes} bytes, not 1..15`;
  if (name === "." || name === ".." || !/^[^\s/:%#"'\\\p{Cc}]+$/u.test(name))
    return `link name ${quote(name)} has characters that a link name cannot have`;
  return undefined;
}
