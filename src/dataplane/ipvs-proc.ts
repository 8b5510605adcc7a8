import { type Address, parseAddress } from "../core/address.ts";
import { ownedServerKey } from "../core/ownership.ts";
import type { Forwarding, Protocol, Scheduler, VirtualServiceKey } from "../core/service.ts";
import { virtualServiceKey } from "../core/service.ts";
import { assemble, type IpvsTable, type Line, type ServerLine } from "./ipvs-table.ts";
import { quote, UnexpectedOutput } from "./json.ts";

/**
 * The IPVS table of this process's network namespace, in one read; absent until the module ip_vs is loaded.
 * Under /proc/self because /proc/net may be hidden (systemd's ProcSubset=pid).
 */
export const PROC_TABLE = "/proc/self/net/ip_vs";

const PROTOCOLS: Readonly<Record<string, Protocol>> = { TCP: "tcp", UDP: "udp", SCTP: "sctp" };

/** The kernel's names (ip_vs_fwd_name). A real server on this host itself is shown as it was set; Linux before 2.6.37 said Local. */
const FORWARDING: Readonly<Record<string, Forwarding>> = {
  Masq: "masquerade",
  Route: "direct",
  Tunnel: "tunnel",
  Local: "direct",
  Bypass: "direct",
};

/**
 * Reads /proc/net/ip_vs (Linux, ip_vs_info_seq_show). It has everything that is compared but the flags of the scheduler:
 * they are empty here. Throws UnexpectedOutput for a line that it cannot be.
 */
export function parseProc(text: string): IpvsTable {
  return assemble("/proc/net/ip_vs", text, parseLine);
}

/** The same, with the connections of each real server that has some, as `ownedServerKey` names it (columns ActiveConn and InActConn together). */
export function parseProcConnections(text: string): {
  readonly table: IpvsTable;
  readonly connections: ReadonlyMap<string, number>;
} {
  const connections = new Map<string, number>();
  const table = assemble("/proc/net/ip_vs", text, parseLine, (service, { server, active = 0, inactive = 0 }) => {
    if (active + inactive > 0) connections.set(ownedServerKey(service, server), active + inactive);
  });
  return { table, connections };
}

/** The same, with the real servers of each virtual service as they are shown. */
export function parseServerLines(text: string): {
  readonly table: IpvsTable;
  readonly lines: ReadonlyMap<VirtualServiceKey, readonly ServerLine[]>;
} {
  const lines = new Map<VirtualServiceKey, ServerLine[]>();
  const table = assemble("/proc/net/ip_vs", text, parseLine, (service, line) => {
    const key = virtualServiceKey(service);
    const own = lines.get(key) ?? [];
    if (own.push(line) === 1) lines.set(key, own);
  });
  return { table, lines };
}

/** Open connections of each virtual service in the same text, all its real servers together (column ActiveConn). */
export function parseActive(text: string): ReadonlyMap<VirtualServiceKey, number> {
  const found = new Map<VirtualServiceKey, number>();
  const table = assemble("/proc/net/ip_vs", text, parseLine, (service, { active = 0 }) => {
    const key = virtualServiceKey(service);
    found.set(key, (found.get(key) ?? 0) + active);
  });
  return new Map([...table.keys()].map((service) => [service, found.get(service) ?? 0]));
}

function parseLine(line: string): Line {
  const [first = "", second = "", third = "", fourth = "", fifth = "", sixth = ""] = line
    .split(/\s+/)
    .filter((_, i, all) => i > 0 || all[0] !== "");
  if (first === "" || first === "Prot" || line.startsWith("IP Virtual Server") || second.startsWith("RemoteAddress:"))
    return { kind: "none" };
  if (first === "->") {
    const forwarding = Object.hasOwn(FORWARDING, third) ? FORWARDING[third] : undefined;
    if (forwarding === undefined)
      throw new UnexpectedOutput(`expected ${Object.keys(FORWARDING).join(", ")}, found ${quote(third)}`);
    if (!/^\d+$/.test(fourth)) throw new UnexpectedOutput(`expected a weight, found ${quote(fourth)}`);
    for (const count of [fifth, sixth])
      if (!/^\d*$/.test(count)) throw new UnexpectedOutput(`expected a number of connections, found ${quote(count)}`);
    const server = { ...hexEndpoint(second), forwarding, weight: Number(fourth) };
    return { kind: "server", server, active: Number(fifth), inactive: Number(sixth) };
  }
  const protocol = Object.hasOwn(PROTOCOLS, first) ? PROTOCOLS[first] : undefined;
  if (protocol === undefined) {
    if (/^[A-Z0-9_]+$/.test(first)) return { kind: "foreign" };
    throw new UnexpectedOutput(`expected a protocol, found ${quote(first)}`);
  }
  if (third === "") throw new UnexpectedOutput("expected a scheduler");
  const { address: vip, port } = hexEndpoint(second);
  // Another program's service may have one that we do not know; it is carried as it is seen.
  return {
    kind: "service",
    service: { vip, port, protocol, scheduler: third as Scheduler, flags: [], realServers: [] },
  };
}

/** `0A580201:0050`, `[2001:0db8:0000:...:0010]:0050`. */
function hexEndpoint(text: string): { readonly address: Address; readonly port: number } {
  const [, v6, v4, port = ""] = /^(?:\[([0-9a-f:]+)\]|([0-9A-F]{8})):([0-9A-F]{4})$/i.exec(text) ?? [];
  const address = parseAddress(v6 ?? dotted(v4 ?? ""));
  if (address === undefined) throw new UnexpectedOutput(`expected hexadecimal address:port, found ${quote(text)}`);
  return { address, port: Number.parseInt(port, 16) };
}

function dotted(hex: string): string {
  return (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join(".");
}
