import type { PlanDocument } from "../admin/api.ts";
import type { IpvsImpact } from "../core/blast.ts";
import { connectionsAt } from "../core/blast.ts";
import { table } from "./table.ts";

/** The whole for people: what it costs first, then what it touches, then each step. */
export function renderPlan(found: PlanDocument): string {
  const { config, controller, restart, resets, sessions, vips, ipvs, steps, held, awaiting, conflicts, blind } = found;
  const numbered = steps.map((step, index) => `${String(index + 1).padStart(4)}  ${step}`);
  return [
    controller === undefined
      ? `${config} in a start: no controller runs here`
      : `${config} in a reload: process ${controller.pid} runs ${controller.config}`,
    ...lines("cannot be reloaded", restart),
    ...lines("a reload is refused without -allow-session-reset", resets),
    ...section(
      "sessions",
      sessions.map(({ peer, effect, session, change }) => [peer, effect, effect === "begin" ? "" : session, change]),
    ),
    ...section(
      "VIPs",
      vips.map(({ prefix, effect, why }) => [prefix, effect, why]),
    ),
    ...section(`IPVS, ${count(connectionsAt(ipvs), "connection")}`, ipvs.map(ipvsRow)),
    "",
    ...(numbered.length > 0 ? ["would do, in this order:", ...numbered] : ["nothing to do"]),
    ...lines(
      "not announced",
      held.map(({ prefix, reason }) => `${prefix}  ${reason}`),
    ),
    ...lines("real servers that are used when their checks have passed", awaiting),
    ...lines("in the way, left alone", conflicts),
    ...lines("could not be looked at, so what depends on it is missing above", blind),
    "",
  ].join("\n");
}

function ipvsRow({ virtualService, realServer, effect, change, connections }: IpvsImpact): string[] {
  const name = realServer === undefined ? virtualService : `  ${realServer}`;
  return [name, effect, change, connections === undefined ? "" : `${connections} connections`];
}

function lines(title: string, of: readonly string[]): string[] {
  return of.length > 0 ? [`${title}:`, ...of.map((line) => `      ${line}`)] : [];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Rows under a title; nothing where there is no row. */
function section(title: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const columns = (rows[0] ?? []).map(() => ({ head: "" }));
  return ["", `${title}:`, ...table(columns, rows, { columns: undefined, colour: false }).map((line) => `  ${line}`)];
}
