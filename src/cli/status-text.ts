import type { Dated, ServiceStatus, StatusDocument, ToldAnnouncement, ToldCheck, ToldLease } from "../admin/api.ts";
import { endpoint } from "../core/address.ts";
import { ageWords } from "../core/age.ts";
import type { AnnouncementState, PeerStatus } from "../core/status.ts";
import { hasPath } from "../core/status.ts";
import type { Cell, Column } from "./table.ts";
import { table } from "./table.ts";
import type { Look, Tone } from "./terminal.ts";
import { paint, printable, wrap } from "./terminal.ts";

/** What the controller says of itself, for people, in lines. */
export function statusText(found: StatusDocument, look: Look): readonly string[] {
  return [
    ...line(found.line, found.ready ? "plain" : "doubt", look),
    ...line(about(found), "quiet", look),
    ...line(leaseWords(found.lease), found.lease.state === "unguarded" ? "bad" : "quiet", look),
    ...reloadLine(found, look),
    ...section(heads("VIP", "SERVICE", "STATE", "FOR", "PROOF", "WHY"), found.announcements.map(vipRow), look),
    ...section(
      heads("SERVICE", "HEALTH", "FOR", "CHECK", "RESULT", "LAST", "WHY"),
      found.services.flatMap(serviceRows),
      look,
    ),
    ...section(heads("SERVICE", "DRAINED OR FORCED"), found.services.flatMap(wordRow), look),
    ...section(
      [...heads("VIRTUAL SERVICE", "REAL SERVER"), number("WEIGHT"), number("CONNECTIONS"), { head: "" }],
      found.virtualServices.flatMap(serverRows),
      look,
    ),
    ...section(
      heads("PEER", "AS", "SESSION", "FOR"),
      found.peers.map((peer) => [
        peer.address,
        `${peer.as}`,
        { text: peer.session, tone: peer.session === "established" ? "good" : "bad" },
        age(peer),
      ]),
      look,
    ),
    ...section(
      heads("IN THE WAY, AND NOT OURS"),
      found.conflicts.map((text) => [{ text, tone: "bad" }]),
      look,
    ),
    ...section(
      heads("NOT WORKING", "WHY"),
      Object.entries(found.troubles).map(([part, error]) => [part, { text: error, tone: "bad" }]),
      look,
    ),
    ...section(
      heads("FAILING STEP", "ERROR"),
      Object.entries(found.failing).map(([step, error]) => [step, { text: error, tone: "bad" }]),
      look,
    ),
  ];
}

/** How long a thing has been as it is. */
function age({ ageSeconds }: { readonly ageSeconds?: number }): string {
  return ageSeconds === undefined ? "" : ageWords(ageSeconds);
}

function about({ version, pid, config, reload }: StatusDocument): string {
  const since = reload.error === undefined ? `, in force since ${reload.at}` : "";
  return `bgp-lb ${version}, process ${pid}, config ${config}${since}`;
}

function reloadLine({ reload }: StatusDocument, look: Look): readonly string[] {
  if (reload.error === undefined) return [];
  return line(`config NOT reloaded at ${reload.at}, the one before stays: ${reload.error}`, "bad", look);
}

/** The lease in a line. */
function leaseWords(lease: ToldLease): string {
  const term = lease.termSeconds === undefined ? "" : ` of ${lease.termSeconds} s`;
  const since = lease.since === undefined ? "" : ` for ${age(lease)}`;
  if (lease.state === "off") return "lease off: announcements outlive a controller that dies";
  if (lease.state === "unknown") return `lease${term}: no guard has answered yet`;
  return lease.state === "guarded"
    ? `lease${term}, guarded${since}`
    : `lease${term}, UNGUARDED${since}: ${lease.reason ?? "nobody holds it"}`;
}

const TONES: Readonly<Record<AnnouncementState, Tone>> = {
  proven: "good",
  sent: "good",
  accepted: "doubt",
  altered: "doubt",
  pending: "doubt",
  withdrawn: "bad",
  lingering: "bad",
  unknown: "doubt",
};

function vipRow(one: ToldAnnouncement): readonly Cell[] {
  const having = one.peers.filter(hasPath).length;
  const held = one.state !== "withdrawn" && one.state !== "pending" && one.peers.length > 0;
  return [
    one.prefix,
    one.services.join(" "),
    { text: one.state, tone: TONES[one.state] },
    age(one),
    held ? `${having}/${one.peers.length}` : "-",
    held ? [one.reason, ...one.peers.flatMap((peer) => missing(peer, one.reason))].join("; ") : one.reason,
  ];
}

/** Why a peer has it not, unless that was said. */
function missing(peer: Dated<PeerStatus>, said: string): readonly string[] {
  if (hasPath(peer)) return [];
  const told = said === `peer ${peer.address}: ${peer.reason}`;
  const long = peer.ageSeconds === undefined ? "" : ` (for ${age(peer)})`;
  return told ? [] : [`not at ${peer.address}: ${peer.reason}${long}`];
}

const HEALTH: Readonly<Record<ServiceStatus["verdict"], Tone>> = { up: "good", down: "bad", unknown: "doubt" };

/** A service, and each of its checks. One that is not up says since when by the wall clock as well, to be looked up in other logs. */
function serviceRows(service: ServiceStatus): readonly (readonly Cell[])[] {
  const { name, verdict, since, checks, reason } = service;
  const from = since === undefined || verdict === "up" ? "" : `, since ${since}`;
  const head: readonly Cell[] = [name, { text: verdict, tone: HEALTH[verdict] }, age(service)];
  if (checks.length === 0) return [[...head, "", "", "", `${reason}${from}`]];
  return checks.map((check, at) => {
    const why = checkWords(check);
    return [...(at === 0 ? head : ["", "", ""]), ...checkCells(check), `${why}${why !== "" && at === 0 ? from : ""}`];
  });
}

function checkCells(check: ToldCheck): readonly Cell[] {
  const { name, verdict, stale, lastSeconds } = check;
  const result: Cell = stale ? { text: "stale", tone: "bad" } : { text: verdict, tone: HEALTH[verdict] };
  return [name, result, lastSeconds === undefined ? "never" : `${ageWords(lastSeconds)} ago`];
}

/** Why a check is not up and passing, and how many of its probes in a row say so; empty when it is. */
export function checkWords({ reason, streak, stale }: ToldCheck): string {
  if (reason === "" || stale || streak < 2 || / in a row/.test(reason)) return reason;
  return `${reason} (${streak} in a row)`;
}

function wordRow({ name, override }: ServiceStatus): readonly (readonly Cell[])[] {
  if (override === undefined) return [];
  const open =
    override.word === "drain" && override.result === undefined && override.connections !== undefined
      ? `; ${override.connections.active} open connections`
      : "";
  return [[name, { text: `${override.words}; said ${override.since}${open}`, tone: "doubt" }]];
}

function serverRows({ key, present, realServers }: StatusDocument["virtualServices"][number]): readonly Cell[][] {
  const name: Cell = present ? key : { text: `${key} ABSENT`, tone: "bad" };
  if (realServers.length === 0) return [[name, "none", "", "", ""]];
  return realServers.map((server, at) => [
    at === 0 ? name : "",
    endpoint(server.address, server.port),
    server.weight === 0 ? { text: "0", tone: "doubt" } : `${server.weight}`,
    server.connections === undefined ? "-" : `${server.connections}`,
    server.present ? "" : { text: "ABSENT", tone: "bad" },
  ]);
}

function heads(...names: readonly string[]): readonly Column[] {
  return names.map((head) => ({ head }));
}

function number(head: string): Column {
  return { head, right: true };
}

function section(columns: readonly Column[], rows: readonly (readonly Cell[])[], look: Look): readonly string[] {
  return rows.length === 0 ? [] : ["", ...table(columns, rows, look)];
}

function line(text: string, tone: Tone, look: Look): readonly string[] {
  const clean = printable(text);
  const lines = look.columns === undefined ? [clean] : wrap(clean, look.columns);
  return lines.map((one) => paint(one, tone, look));
}
