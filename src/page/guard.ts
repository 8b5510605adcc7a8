import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** A request that is not answered as it was meant: HTTP's status, and a line for whoever sent it. */
export class PageError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The name part of a Host header; undefined where it is none. */
function hostName(host: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::\d{1,5})?$/.exec(host) ?? [];
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? bracketed : undefined;
  return plain?.toLowerCase();
}

/** A name that somebody else may have pointed at this machine (DNS rebinding) would make their page and this one the same origin: only names that are known here are answered. Throws PageError. */
export function refuseForeignHost({ headersDistinct }: IncomingMessage, known: readonly string[]): void {
  const [host = "", ...more] = headersDistinct["host"] ?? [];
  const name = more.length === 0 ? hostName(host) : undefined;
  if (name === undefined) throw new PageError(400, "the Host header is missing, more than one, or no host\n");
  if (name === "localhost" || name.endsWith(".localhost") || isIP(name) !== 0) return;
  if (known.some((one) => one.toLowerCase() === name)) return;
  throw new PageError(
    421,
    `this page is not served as ${name}; page.hosts in the config names the hosts that it is served as\n`,
  );
}

/** Only a form of this very page may change anything. Throws PageError. */
export function refuseForeignOrigin({ headers }: IncomingMessage): void {
  const site = headers["sec-fetch-site"];
  const own = [`http://${headers.host}`, `https://${headers.host}`];
  if ((site !== undefined && site !== "same-origin") || headers.origin === undefined || !own.includes(headers.origin))
    throw new PageError(403, "only this page itself may ask for that; on the command line there is bgp-lb drain\n");
}

/** Compares in a time that tells nothing of where they differ. */
export function sameToken(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
