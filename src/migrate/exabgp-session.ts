import { parseAddress } from "../core/address.ts";
import type { DraftBgp, DraftPeer } from "./draft.ts";
import type { Statement } from "./exabgp-file.ts";

/** What is said of a statement about a neighbor that has no equal. */
const ANSWERS: Readonly<Record<string, string>> = {
  "hold-time": "gobgpd's own is used, 90 s",
  "md5-password": "not taken over, and not shown here; bgp-lb sets no TCP-MD5",
  "md5-base64": "bgp-lb sets no TCP-MD5",
  "ttl-security": "bgp-lb sets no TTL security",
  "incoming-ttl": "bgp-lb sets no TTL security",
  "outgoing-ttl": "bgp-lb sets no multihop",
  passive: "gobgpd connects to its peers as well",
  static: "routes that no check stands behind are not taken over; write a service for each",
  announce: "routes that no check stands behind are not taken over; write a service for each",
  flow: "flow routes are not taken over",
  l2vpn: "l2vpn routes are not taken over",
};
/** Means the same without a word, or says how ExaBGP works inside. */
const SILENT = ["api", "process", "family", "inherit", "neighbor", "description", "local-as", "peer-as", "router-id"];
const READ = [...SILENT, "local-address", "listen", "connect", "port", "peer-address"];

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
      peers.push({ address, ...(as !== undefined && { as }), ...(port !== undefined && port !== 179 && { port }) });
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

interface Neighbor {
  readonly address: string;
  readonly settings: readonly Statement[];
  readonly line: number;
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

function valueIn(settings: readonly Statement[], key: string): string | undefined {
  return settings.filter(({ words }) => words[0] === key).at(-1)?.words[1];
}

function numberIn(settings: readonly Statement[], key: string): number | undefined {
  const text = valueIn(settings, key);
  return text === undefined ? undefined : Number(text);
}
