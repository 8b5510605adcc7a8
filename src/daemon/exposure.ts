import { networkInterfaces } from "node:os";
import type { Gobgp } from "../config/config.ts";

/** See `listensEverywhere` of the dataplane. */
export type ListensEverywhere = (port: number) => Promise<string | undefined>;

/**
 * The warning for a gobgpd on this host whose API every address of it leads to: it asks nobody who he is. undefined where that is not so: a unix
 * socket, TLS, another host's gobgpd, a loopback address.
 */
export async function exposure(
  { address, tls }: Gobgp,
  listens: ListensEverywhere,
  own = ownAddresses,
): Promise<string | undefined> {
  const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  if (tls !== undefined || (!LOCAL.test(host) && !own().includes(host))) return undefined;
  const where = await listens(Number(port));
  if (where === undefined) return undefined;
  return `gobgpd's API listens on ${where}:${port}, every address of this host, and asks nobody who he is: whoever reaches it can announce anything; start gobgpd with --api-hosts 127.0.0.1:${port}, or with a unix socket for one group (--api-hosts unix:///run/gobgp/api.sock)`;
}

/** Addresses that lead to this host wherever it is; to :: and 0.0.0.0 one connects as to its loopback. */
const LOCAL = /^(?:localhost|127\.[\d.]+|::1|0\.0\.0\.0|::)$/;

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []);
}
