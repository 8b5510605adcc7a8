import * as z from "zod";
import { parseAddress } from "../core/address.ts";

const NAME = /^(?!-)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;

/** A host name, not an address: TLS knows no addresses as server names. */
export const hostNameSchema = z
  .string()
  .max(253)
  .refine(isHostName, { error: 'not a host name; would be right: "www.example.com"' });

/** What a check connects to: an IPv4 or IPv6 address without brackets, or a host name; nothing else gets into a URL or an argument list. */
export const hostSchema = z
  .string()
  .max(253)
  .refine((text) => parseAddress(text) !== undefined || isHostName(text), {
    error: 'not an IP address or host name; would be right: "127.0.0.1", "::1", "localhost"',
  });

/** A TCP port as a number, 1 to 65535. */
export const portSchema = z.int().min(1).max(65535);

/** `host:port`, with an IPv6 address in brackets. */
export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Digits and points alone are a mistyped address (and 1.1 would be taken for 1.0.0.1). */
function isHostName(text: string): boolean {
  return NAME.test(text) && !/^[\d.]+$/.test(text);
}
