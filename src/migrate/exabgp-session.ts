import { parseAddress } from "../core/address.ts";
import type { DraftBgp, DraftPeer } from "./draft.ts";
import type { Statement } from "./exabgp-file.ts";
import { TERMS, termsOf } from "./exabgp-terms.ts";
import type { Neighbor } from "./neighbor.ts";
import { numberIn, valueIn } from "./neighbor.ts";

/** What is said of a statement about a neighbor that has no equal. */
const ANSWERS: Readonly<Record<string, string>> = {
  "md5-base64":
    "where this is true what md5-password says is base64: what belongs into the file is what base64 -d makes of it",
  "ttl-security": "write ttlSecurity, the hops to the router, where the router has TTL security as well",
  passive: "gobgpd connects to its peers as well",
  static: "routes that no check stands behind are not taken over; write a service for each",
  announce: "routes that no check stands behind are not taken over; write a service for each",
  flow: "flow routes are not taken over",
  l2vpn: "l2vpn routes are not taken over",
};
/** Means the same without a word, or says how ExaBGP works inside. */
const SILENT = ["api", "process", "family", "inherit", "neighbor", "description", "local-as", "peer-as", "router-id"];
const READ = [...SILENT, ...TERMS, "local-address", "listen", "connect", "port", "peer-address"];

/** The neighbors of all blocks, with what they take from `group` and from `template`, as `bgp` of the config. */
export function sessionsOf(statements: readonly Statement[], file: string, comments: string[]): DraftBgp {
  const found = neighborsOf(statements, [], templatesOf(statements));
  const peers: DraftPeer[] = [];
  const same = { routerID: one("router-id"), as: one("local-as"), listen: one("listen") };
  for (const { address, settings, line } of found) {
    if (parseAddress(address) === undefined) {
      comments.push(`${file}:${line}: neighbor ${address}: a peer is one address; left out`);
      continue;
    }
    const as = numberIn(settings, "peer-as");
    const port = numberIn(settings, "connect") ?? numberIn(settings, "port");
    if (peers.every((peer) => peer.address !== address))
      peers.push({
        address,
        ...(as !== undefined && { as }),
        ...(port !== undefined && port !== 179 && { port }),
        ...termsOf({ address, settings, line }, file, comments),
      });
    for (const { words, line: at } of settings)
      if (!READ.includes(words[0] ?? ""))
        comments.push(
          `${file}:${at}: ${words[0]}: ${ANSWERS[words[0] ?? ""] ?? "has no equal; gobgpd's own default is used"}`,
        );
  }
  const hops = [...new Set(found.flatMap(({ settings }) => valueIn(settings, "local-address") ?? []))];
  const ipv4 = hops.filter((hop) => hop.includes("."));
  const ipv6 = hops.filter((hop) => hop.includes(":"));
  for (const many of [ipv4, ipv6])
    if (many.length > 1) comments.push(`local-address is ${many.join(" and ")}: the next hop is ${many[0]} for all`);
  const routerID = same.routerID ?? ipv4[0];
  const nextHop = {
    ...(ipv4[0] !== undefined && ipv4[0] !== routerID && { ipv4: ipv4[0] }),
    ...(ipv6[0] !== undefined && { ipv6: ipv6[0] }),
  };
  return {
    peers,
    local: {
      ...(routerID !== undefined && { routerID }),
      ...(same.as !== undefined && { as: Number(same.as) }),
      listenPort: Number(same.listen ?? -1),
      ...(Object.keys(nextHop).length > 0 && { nextHop }),
    },
  };

  function one(key: string): string | undefined {
    const values = [...new Set(found.flatMap(({ settings }) => valueIn(settings, key) ?? []))];
    if (values.length > 1)
      comments.push(`${file}: ${key} is ${values.join(" and ")}: a host has one; ${values[0]} is taken`);
    return values[0];
  }
}

function templatesOf(statements: readonly Statement[]): ReadonlyMap<string, readonly Statement[]> {
  const blocks = statements.filter(({ words }) => words[0] === "template").flatMap(({ block }) => block ?? []);
  return new Map(blocks.map(({ words, block }) => [words.at(-1) ?? "", block ?? []]));
}

/** A later setting wins over an earlier one: the neighbor's own over its templates', and those over its group's. */
function neighborsOf(
  statements: readonly Statement[],
  group: readonly Statement[],
  templates: ReadonlyMap<string, readonly Statement[]>,
): readonly Neighbor[] {
  return statements.flatMap(({ words, block = [], line }) => {
    if (words[0] === "group")
      return neighborsOf(
        block,
        block.filter(({ words: [key] }) => key !== "neighbor"),
        templates,
      );
    if (words[0] !== "neighbor") return [];
    const names = block.filter(({ words: [key] }) => key === "inherit").flatMap(({ words: [, ...rest] }) => rest);
    const settings = [...group, ...names.flatMap((name) => templates.get(name) ?? []), ...block];
    return [{ address: words[1] ?? "", settings, line }];
  });
}
