import type { Dated, ServiceStatus, StatusDocument, ToldAnnouncement } from "../admin/api.ts";
import { parseGoBool } from "../config/flags.ts";
import { ageWords } from "../core/age.ts";
import type { PeerStatus } from "../core/status.ts";
import { adminClient } from "./ask.ts";
import type { Options } from "./context.ts";
import { EXIT } from "./exit.ts";

/** Prints what the controller says of itself, for people or as JSON. */
export async function status(options: Options): Promise<number> {
  const json = parseGoBool(options.json ?? "false", "json");
  const found = await adminClient(options).status();
  process.stdout.write(json ? `${JSON.stringify(found, undefined, 2)}\n` : render(found));
  return EXIT.ok;
}

export function render(found: StatusDocument): string {
  const { reload } = found;
  return [
    found.line,
    `bgp-lb ${found.version}, process ${found.pid}, config ${found.config}`,
    reload.error === undefined
      ? `config in force since ${reload.at}`
      : `config NOT reloaded at ${reload.at}, the one before stays: ${reload.error}`,
    ...section("services", found.services.map(serviceRow)),
    ...section(
      "VIPs",
      found.announcements.map((one) => [
        one.prefix,
        one.state,
        age(one),
        one.state === "withdrawn" || one.state === "pending" ? "" : heard(one.peers),
        reasonOf(one),
      ]),
    ),
    ...section(
      "peers",
      found.peers.map((peer) => [peer.address, `AS ${peer.as}`, peer.session, age(peer)]),
    ),
    ...section(
      "conflicts",
      found.conflicts.map((line) => [line]),
    ),
    ...section("failing", Object.entries(found.failing)),
    "",
  ].join("\n");
}

/** A service that is not up says since when by the wall clock as well, to be looked up in other logs. */
function serviceRow(service: ServiceStatus): string[] {
  const { name, verdict, reason, since, override } = service;
  const from = since === undefined || verdict === "up" ? "" : `, since ${since}`;
  const said = override === undefined ? "" : `; ${override.words}, said ${override.since}`;
  return [name, verdict, age(service), `${reason}${from}${said}`];
}

/** Why it is in its state, with all checks that speak against it, and since when each does. */
function reasonOf({ reason, against = [] }: ToldAnnouncement): string {
  const from = ({ since }: { readonly since?: string }) => (since === undefined ? "" : `, since ${since}`);
  const words = ({ check, reason: why }: { readonly check: string; readonly reason: string }) => `${check}: ${why}`;
  const named = against.find((one) => reason.includes(words(one)));
  const others = against.filter((one) => one !== named).map((one) => `${words(one)}${from(one)}`);
  return [`${reason}${named === undefined ? "" : from(named)}`, ...others].join("; ");
}

/** How long a thing has been as it is. */
function age({ ageSeconds }: { readonly ageSeconds?: number }): string {
  return ageSeconds === undefined ? "" : ageWords(ageSeconds);
}

/** Rows under a title, in columns as wide as they have to be; nothing where there is no row. */
function section(title: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const widths: number[] = [];
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  const line = (row: readonly string[]) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ");
  return ["", `${title}:`, ...rows.map((row) => `  ${line(row)}`.trimEnd())];
}

/** Who has the VIP, and why the others have not. */
function heard(peers: readonly Dated<PeerStatus>[]): string {
  const has = ({ state }: Dated<PeerStatus>) => state === "proven" || state === "sent";
  const at = peers.filter(has).map(({ address }) => address);
  const not = peers.filter((peer) => !has(peer)).map((peer) => `not ${peer.address}: ${peer.reason}${forSo(peer)}`);
  return [...(at.length > 0 ? [`at ${at.join(", ")}`] : []), ...not].join("; ");
}

function forSo(peer: Dated<PeerStatus>): string {
  return peer.ageSeconds === undefined ? "" : ` (for ${age(peer)})`;
}
