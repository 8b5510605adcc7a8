import type { Address } from "../core/address.ts";
import { family, networkPrefix } from "../core/address.ts";
import type { Link } from "../core/state.ts";
import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { ok, unknown, warn } from "./finding.ts";
import { configOf, servicesOf } from "./wanted.ts";

/** net.ipv4.vs.*: what IPVS does with connections; the first is looked at, the others are shown. */
const VS = [
  "run_estimation",
  "conntrack",
  "conn_reuse_mode",
  "expire_nodest_conn",
  "expire_quiescent_template",
] as const;
const VS_PREFIX = "net.ipv4.vs.";
const PER_LINK = ["rp_filter", "arp_ignore", "arp_announce"] as const;

/** The settings that are read: names as sysctl(8) prints them, for these links. */
export function sysctlNames(links: Iterable<string>): readonly string[] {
  const each = ["all", "default", ...links].map((link) => link.replaceAll(".", "/"));
  return [
    "net.ipv4.ip_forward",
    "net.ipv4.ping_group_range",
    ...each.flatMap((link) => PER_LINK.map((name) => `net.ipv4.conf.${link}.${name}`)),
    ...["all", "default"].map((link) => `net.ipv6.conf.${link}.disable_ipv6`),
    ...VS.map((name) => VS_PREFIX + name),
  ];
}

/** Settings of the network that decide whether packets get to the service. */
export function sysctlFindings(facts: Facts): Finding[] {
  return [...nextHops(facts), forwarding(facts), ...perLink(facts), ...ipvs(facts)];
}

/** Routers send to the next hop, and IPVS to the same address. */
function nextHops(facts: Facts): Finding[] {
  const { links } = facts;
  const hops = Object.values(configOf(facts)?.nextHop ?? {});
  if (links === undefined) return [];
  return hops.map((hop) => {
    const link = links.find(({ addresses }) => addresses.some(({ address }) => address === hop));
    if (link !== undefined) return ok("next hop", `${hop} is on ${link.name}`);
    return warn(
      "next hop",
      `${hop} is on no link of this host: what the routers send there does not get here`,
      "write the address that the routers reach this host by: bgp.local.routerID, or bgp.local.nextHop",
    );
  });
}

function forwarding({ sysctls }: Facts): Finding {
  const value = sysctls["net.ipv4.ip_forward"] ?? "(none)";
  return ok("sysctl ip_forward", `${value}: either will do, the real servers are on this host`);
}

/** The links that clients' packets come in by: those that are up, less loopback and those that hold VIPs. */
function outer({ links }: Facts): readonly Link[] | undefined {
  return links?.filter(({ name, kind, up }) => up && name !== "lo" && kind !== "dummy" && !kind.startsWith("altname"));
}

function perLink(facts: Facts): Finding[] {
  const links = outer(facts);
  if (links === undefined) return [unknown("sysctl rp_filter", "the links could not be read: is ip there?")];
  return [reversePath(facts, links), ...arp(facts, links)];
}

/** The kernel goes by the larger of `all` and the link's own (ip-sysctl: rp_filter, arp_ignore, arp_announce). */
function effective({ sysctls }: Facts, link: string, name: (typeof PER_LINK)[number]): number {
  const at = (of: string) => Number(sysctls[`net.ipv4.conf.${of.replaceAll(".", "/")}.${name}`] ?? 0);
  return Math.max(at("all"), at(link));
}

function reversePath(facts: Facts, links: readonly Link[]): Finding {
  const about = "sysctl rp_filter";
  const strict = links.filter(({ name }) => effective(facts, name, "rp_filter") === 1).map(({ name }) => name);
  if (strict.length === 0) return ok(about, "no link drops packets by the way back to their sender");
  if (links.length === 1) return ok(about, `1 (strict) on ${strict[0]}, the only link: nothing comes in elsewhere`);
  return warn(
    about,
    `1 (strict) on ${strict.join(", ")}: packets of a client whose way back leads over another link are dropped without a word`,
    `sysctl -w ${strict.map((name) => `net.ipv4.conf.${name.replaceAll(".", "/")}.rp_filter=2`).join(" ")}`,
  );
}

/** Where a VIP lies in a link's own subnet, this host would answer ARP for it there, past the routers. */
function arp(facts: Facts, links: readonly Link[]): Finding[] {
  const vips = servicesOf(facts).flatMap(({ service }) => service.vips.map(({ address }) => address));
  if (vips.length === 0) return [];
  const within = links.flatMap((link) =>
    vips.filter((vip) => covers(link, vip)).map((vip) => ({ vip, link: link.name })),
  );
  if (within.length === 0)
    return [ok("sysctl arp_ignore", "no VIP lies in the subnet of a link: nobody asks for it by ARP")];
  const settings = [
    ["arp_ignore", 1, "answers ARP for it there"],
    ["arp_announce", 2, "may ask by ARP in its name"],
  ] as const;
  return settings.map(([name, wanted, does]) => {
    const about = `sysctl ${name}`;
    const bad = within.find(({ link }) => effective(facts, link, name) < wanted);
    if (bad === undefined) return ok(about, `${wanted} or more on links whose subnet has a VIP`);
    const value = effective(facts, bad.link, name);
    return warn(
      about,
      `${value} on ${bad.link}, whose subnet has the VIP ${bad.vip}: this host ${does}, and takes its traffic past the routers`,
      `sysctl -w net.ipv4.conf.all.${name}=${wanted}`,
    );
  });
}

function covers(link: Link, vip: Address): boolean {
  return link.addresses.some(
    ({ address, prefixLength }) =>
      family(address) === "ipv4" &&
      family(vip) === "ipv4" &&
      prefixLength < 32 &&
      networkPrefix(address, prefixLength) === networkPrefix(vip, prefixLength),
  );
}

function ipvs({ wanted, sysctls }: Facts): Finding[] {
  if (!wanted.ipvs) return [];
  const there = VS.filter((name) => sysctls[VS_PREFIX + name] !== undefined);
  if (there.length === 0) return [unknown("sysctl net.ipv4.vs", "not there before ip_vs is loaded")];
  const shown = there.map((name) => `${name} ${sysctls[VS_PREFIX + name]}`).join(", ");
  if (sysctls[`${VS_PREFIX}run_estimation`] === "0")
    return [
      warn(
        "sysctl net.ipv4.vs",
        `run_estimation 0: IPVS keeps no statistics, so a drain sees no connection come and metrics stand still (${shown})`,
        "sysctl -w net.ipv4.vs.run_estimation=1",
      ),
    ];
  return [ok("sysctl net.ipv4.vs", shown)];
}
