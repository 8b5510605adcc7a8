import { type Address, parseAddress } from "../core/address.ts";
import type { RealServer, VirtualService, VirtualServiceKey } from "../core/service.ts";
import { virtualServiceKey } from "../core/service.ts";
import { quote, UnexpectedOutput } from "./json.ts";

/** The IPVS table: TCP, UDP and SCTP services of any owner. Services by firewall mark have no VIP and are left out. */
export type IpvsTable = ReadonlyMap<VirtualServiceKey, VirtualService>;

/** One line of either source: a service, a real server of the service before it, or nothing that is ours to know. */
export type Line =
  | { readonly kind: "service"; readonly service: VirtualService }
  | { readonly kind: "server"; readonly server: RealServer; readonly active?: number; readonly inactive?: number }
  /** A service that is not read; its real servers are skipped with it. */
  | { readonly kind: "foreign" }
  | { readonly kind: "none" };

export type ServerLine = Extract<Line, { readonly kind: "server" }>;

/** Puts lines together to services with their real servers; throws UnexpectedOutput for a real server without a service. */
export function assemble(
  source: string,
  text: string,
  parse: (line: string) => Line,
  onServer: (service: VirtualService, line: ServerLine) => void = () => {},
): IpvsTable {
  const table = new Map<VirtualServiceKey, VirtualService>();
  let servers: RealServer[] | undefined;
  let service: VirtualService | undefined;
  let seen = false;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = at(`${source}: line ${index + 1}`, raw, parse);
    if (line.kind === "none") continue;
    if (line.kind === "server") {
      if (!seen)
        throw new UnexpectedOutput(`${source}: line ${index + 1}: real server without a service: ${quote(raw)}`);
      servers?.push(line.server);
      if (servers !== undefined && service !== undefined) onServer(service, line);
      continue;
    }
    seen = true;
    servers = undefined;
    if (line.kind === "foreign") continue;
    servers = [];
    service = { ...line.service, realServers: servers };
    table.set(virtualServiceKey(service), service);
  }
  return table;
}

function at(where: string, raw: string, parse: (line: string) => Line): Line {
  try {
    return parse(raw);
  } catch (error) {
    if (!(error instanceof UnexpectedOutput)) throw error;
    throw new UnexpectedOutput(`${where}: ${error.message} in ${quote(raw)}`);
  }
}

/** `10.88.2.1:80`, `[2001:db8::1]:80`; throws UnexpectedOutput. */
export function parseEndpoint(text: string): { readonly address: Address; readonly port: number } {
  const [, v6, v4, digits] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const address = parseAddress(v6 ?? v4 ?? "");
  const port = Number(digits);
  if (address === undefined || !(port <= 65_535))
    throw new UnexpectedOutput(`expected address:port, found ${quote(text)}`);
  return { address, port };
}
