import type { Protocol, VirtualServiceKey } from "../core/service.ts";
import { virtualServiceKey } from "../core/service.ts";
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
