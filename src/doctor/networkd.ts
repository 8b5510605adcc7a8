import type { Facts, NetworkdFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { ok, warn } from "./finding.ts";
import { servicesOf } from "./wanted.ts";

const ABOUT = "systemd-networkd";

/** Whether systemd-networkd would take our links for its own (systemd.network(5): the first file that matches a link decides). */
export function networkdFindings(facts: Facts): Finding[] {
  const { networkd, wanted } = facts;
  if (!networkd.running) return [ok(ABOUT, "does not run here")];
  if (!wanted.network) return [ok(ABOUT, "runs; the VIPs are bound by others (-network-setup=false)")];
  const links = [...new Set(servicesOf(facts).map(({ service }) => service.link))];
  // Without a config: as for a name that only a wildcard matches.
  const found = (links.length > 0 ? links : ["bgp-lb-service"]).map((link) => ({ link, by: decides(networkd, link) }));
  const taken = found.find(({ by }) => by !== undefined && !by.unmanaged);
  if (taken?.by === undefined)
    return [
      ok(ABOUT, links.length > 0 ? `runs, and leaves ${links.join(", ")} alone` : "runs, and leaves dummy links alone"),
    ];
  return [
    warn(
      ABOUT,
      `runs, and ${taken.by.path} matches the link ${links.includes(taken.link) ? taken.link : "of any service"}: its next restart or reload may take VIPs away`,
      `write /etc/systemd/network/05-bgp-lb.network: [Match] Kind=dummy Name=${links.join(" ") || "SERVICE"}, [Link] Unmanaged=yes (docs/operate-networkd.md)`,
    ),
  ];
}

function decides(
  { files }: NetworkdFacts,
  link: string,
): { readonly path: string; readonly unmanaged: boolean } | undefined {
  for (const { path, text } of files) {
    const match = sectionsOf(text).get("Match");
    if (match === undefined || match.size === 0 || ![...match].every(([key, value]) => matches(key, value, link)))
      continue;
    const unmanaged = /^(?:yes|true|on|1)$/i.test(sectionsOf(text).get("Link")?.get("Unmanaged") ?? "");
    return { path, unmanaged };
  }
  return undefined;
}

/** Whether one line of [Match] speaks for a dummy link of this name. Of what we cannot tell, such as MACAddress=, none does. */
function matches(key: string, value: string, link: string): boolean {
  const words = value.split(/\s+/).filter(Boolean);
  // A dummy is an Ethernet device by its ARP type.
  const subject = { Name: link, OriginalName: link, Kind: "dummy", Type: "ether", Driver: "dummy" }[key];
  if (subject === undefined) return false;
  const not = words[0]?.startsWith("!") === true;
  const globs = words.map((word, index) => (index === 0 ? word.replace(/^!/, "") : word));
  return globs.some((glob) => globRegExp(glob).test(subject)) !== not;
}

/** As fnmatch(3) reads a pattern: `*`, `?` and `[...]`. */
function globRegExp(glob: string): RegExp {
  const parts = glob.match(/\[[^\]]+\]|[\s\S]/g) ?? [];
  const source = parts.map((part) => {
    if (part === "*") return ".*";
    if (part === "?") return ".";
    if (part.length > 2) return part.replace(/^\[!/, "[^").replaceAll("\\", "\\\\");
    return part.replace(/[.+^${}()|\\[\]]/g, "\\$&");
  });
  try {
    return new RegExp(`^${source.join("")}$`);
  } catch {
    return /(?!)/;
  }
}

/** Keys by section, the last value of each; several lines of one key in [Match] are one list. */
function sectionsOf(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  for (const line of text.split("\n").map((raw) => raw.trim())) {
    const [, name] = /^\[(\w+)\]$/.exec(line) ?? [];
    const [, key, value = ""] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
    } else if (key !== undefined)
      section.set(key, section.has(key) && section === sections.get("Match") ? `${section.get(key)} ${value}` : value);
  }
  return sections;
}
