import type { ServerTraffic } from "../core/ports.ts";
import type { Protocol, VirtualServiceKey } from "../core/service.ts";
import { realServerKey, virtualServiceKey } from "../core/service.ts";
import { parseEndpoint } from "./ipvs-table.ts";
import { quote, UnexpectedOutput } from "./json.ts";

/** Prints the counters of each virtual service in full numbers. /proc has only their sum over all services. */
export const STATS = ["ipvsadm", "-L", "-n", "--stats", "--exact"] as const;

const PROTOCOLS: Readonly<Record<string, Protocol>> = { TCP: "tcp", UDP: "udp", SCTP: "sctp" };

/** Reads how many connections each virtual service was ever given (ipvsadm 1.31, column Conns). Throws UnexpectedOutput. */
export function parseStats(text: string): ReadonlyMap<VirtualServiceKey, number> {
  const accepted = new Map<VirtualServiceKey, number>();
  for (const [index, line] of text.split("\n").entries()) {
    const [name = "", where = "", count = ""] = line.split(/\s+/);
    const protocol = Object.hasOwn(PROTOCOLS, name) ? PROTOCOLS[name] : undefined;
    if (protocol === undefined) continue;
    const at = `${STATS.join(" ")}: line ${index + 1}`;
    if (!/^\d+$/.test(count))
      throw new UnexpectedOutput(`${at}: expected a number of connections, found ${quote(count)}`);
    const { address: vip, port } = parseEndpoint(where);
    accepted.set(virtualServiceKey({ vip, port, protocol }), Number(count));
  }
  return accepted;
}

/** Reads what each real server was ever given, by the keys of its service and its own with a space between them (columns Conns, InBytes, OutBytes). Throws UnexpectedOutput. */
export function parseServerStats(text: string): ReadonlyMap<string, NonNullable<ServerTraffic["ever"]>> {
  const found = new Map<string, NonNullable<ServerTraffic["ever"]>>();
  let service: VirtualServiceKey | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const [name = "", where = "", connections, , , bytesIn, bytesOut] = line.trim().split(/\s+/);
    if (name !== "->") {
      const protocol = Object.hasOwn(PROTOCOLS, name) ? PROTOCOLS[name] : undefined;
      if (protocol === undefined) service = undefined;
      else {
        const { address: vip, port } = parseEndpoint(where);
        service = virtualServiceKey({ vip, port, protocol });
      }
    } else if (service !== undefined) {
      const numbers = [connections, bytesIn, bytesOut].map(Number);
      if (!numbers.every(Number.isSafeInteger))
        throw new UnexpectedOutput(`${STATS.join(" ")}: line ${index + 1}: expected counters, found ${quote(line)}`);
      const [count = 0, incoming = 0, outgoing = 0] = numbers;
      const key = `${service} ${realServerKey(parseEndpoint(where))}`;
      found.set(key, { connections: count, bytesIn: incoming, bytesOut: outgoing });
    }
  }
  return found;
}
