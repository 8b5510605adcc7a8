import type { Gobgp } from "../config/config.ts";

/** See `listensEverywhere` of the dataplane. */
export type ListensEverywhere = (port: number) => Promise<string | undefined>;

/**
 * The warning for a gobgpd on this host whose API every address of it leads to: it asks nobody who he is. undefined where that is not so: a unix
 * socket, TLS, another host's gobgpd, a loopback address.
 */
export async function exposure({ address, tls }: Gobgp, listens: ListensEverywhere): Promise<string | undefined> {
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(address) ?? [];
  if (tls !== undefined || !/^(?:localhost|127\.[\d.]+|\[::1\])$/.test(host)) return undefined;
  const where = await listens(Number(port));
  if (where === undefined) return undefined;
  return `gobgpd's API listens on ${where}:${port}, every address of this host, and asks nobody who he is: whoever reaches it can announce anything; start gobgpd with --api-hosts ${address}, or with a unix socket for one group (--api-hosts unix:///run/gobgp/api.sock)`;
}
