import { networkInterfaces } from "node:os";
import type { Gobgp } from "../config/config.ts";

/** See `listensEverywhere` of the dataplane. */
export type ListensEverywhere = (port: number) => Promise<string | undefined>;

/** Where gobgpd's API listens, at every address, unless --api-hosts says otherwise. */
const DEFAULT_PORT = 50_051;

/**
 * The warning for a gobgpd on this host whose API every address of it leads to: it asks nobody who he is. undefined where that is not so: TLS,
 * another host's gobgpd, a loopback address. Of a unix socket's gobgpd it is only known where its API is by default.
 */
export async function exposure(
  { address, tls }: Gobgp,
  listens: ListensEverywhere,
  own = ownAddresses,
): Promise<string | undefined> {
  if (address.startsWith("unix:")) return besideSocket(await listens(DEFAULT_PORT));
  const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  if (tls !== undefined || (!LOCAL.test(host) && !own().includes(host))) return undefined;
  const where = await listens(Number(port));
  if (where === undefined) return undefined;
  return `gobgpd's API listens on ${where}:${port}, every address of this host, and asks nobody who he is: whoever reaches it can announce anything; start gobgpd with --api-hosts 127.0.0.1:${port}, or with a unix socket for one group (--api-hosts unix:///run/gobgp/api.sock)`;
}

function besideSocket(where: string | undefined): string | undefined {
  if (where === undefined) return undefined;
  return `something listens on ${where}:${DEFAULT_PORT}, every address of this host, where gobgpd's API is unless it is told otherwise: if it is gobgpd, whoever reaches it can announce anything; start gobgpd with --api-hosts and its unix socket alone (bgp-lb doctor says who listens)`;
}

/** Addresses that lead to this host wherever it is; to :: and 0.0.0.0 one connects as to its loopback. */
const LOCAL = /^(?:localhost|127\.[\d.]+|::1|0\.0\.0\.0|::)$/;

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []);
}
