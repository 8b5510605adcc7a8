import type { TrafficCounters } from "../core/ports.ts";
import type { Protocol, VirtualService, VirtualServiceKey } from "../core/service.ts";
import { realServerKey, virtualServiceKey } from "../core/service.ts";
import { parseEndpoint } from "./ipvs-table.ts";
import { quote, UnexpectedOutput } from "./json.ts";

/** Prints the counters of each virtual service in full numbers. /proc has only their sum over all services. */
export const STATS = ["ipvsadm", "-L", "-n", "--stats", "--exact"] as const;

const PROTOCOLS: Readonly<Record<string, Protocol>> = { TCP: "tcp", UDP: "udp", SCTP: "sctp" };

/** The columns Conns, InPkts, OutPkts, InBytes, OutBytes. */
const COLUMNS = ["connections", "incomingPackets", "outgoingPackets", "incomingBytes", "outgoingBytes"] as const;
const NONE: TrafficCounters = {
  connections: 0,
  incomingPackets: 0,
  outgoingPackets: 0,
  incomingBytes: 0,
  outgoingBytes: 0,
};

export interface Counters {
  readonly services: ReadonlyMap<VirtualServiceKey, TrafficCounters>;
  /** By `VIRTUAL SERVICE REAL SERVER`, as `ownedServerKey` names it. */
  readonly servers: ReadonlyMap<string, TrafficCounters>;
}

/** Reads what went through each virtual service and each of its real servers (ipvsadm 1.31). Throws UnexpectedOutput. */
export function parseCounters(text: string): Counters {
  const services = new Map<VirtualServiceKey, TrafficCounters>();
  const servers = new Map<string, TrafficCounters>();
  let key: VirtualServiceKey | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const [name = "", where = "", ...counts] = line.trim().split(/\s+/);
    if (where === "" || name === "Prot" || where.startsWith("RemoteAddress") || line.startsWith("IP Virtual")) continue;
    const at = `${STATS.join(" ")}: line ${index + 1}`;
    if (name === "->") {
      if (key !== undefined) servers.set(`${key} ${realServerKey(parseEndpoint(where))}`, counters(at, counts));
      continue;
    }
    const protocol = Object.hasOwn(PROTOCOLS, name) ? PROTOCOLS[name] : undefined;
    // Services by firewall mark are left out, and their real servers with them.
    key = protocol && virtualServiceKey({ ...vipOf(where), protocol });
    if (key !== undefined) services.set(key, counters(at, counts));
  }
  return { services, servers };
}

/** How many connections each virtual service was ever given. Throws UnexpectedOutput. */
export function parseStats(text: string): ReadonlyMap<VirtualServiceKey, number> {
  return new Map([...parseCounters(text).services].map(([key, { connections }]) => [key, connections]));
}

function counters(at: string, counts: readonly string[]): TrafficCounters {
  const found = COLUMNS.map((column, index) => {
    const count = counts[index] ?? "";
    if (!/^\d+$/.test(count))
      throw new UnexpectedOutput(`${at}: expected a number of ${wordsOf(column)}, found ${quote(count)}`);
    return [column, Number(count)] as const;
  });
  return { ...NONE, ...Object.fromEntries(found) };
}

function wordsOf(column: string): string {
  return column.replace(/[A-Z]/, (letter) => ` ${letter.toLowerCase()}`);
}

function vipOf(where: string): Pick<VirtualService, "vip" | "port"> {
  const { address: vip, port } = parseEndpoint(where);
  return { vip, port };
}
