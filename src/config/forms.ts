import * as z from "zod";
import type { Address, Family } from "../core/address.ts";
import { bits, family, parseAddress } from "../core/address.ts";
import type { Vip } from "../core/service.ts";

/**
 * Names that the kernel takes for a link, less those that a batch of ip(8), a sysctl path or a shell would read as something else:
 * 1 to 15 of A-Z a-z 0-9 _ . + -, not `.` or `..`, not starting with `-`.
 */
export const interfaceName = z
  .string({ error: 'must be an interface name, such as "web"' })
  .min(1, { error: "must not be empty: it names the dummy interface", abort: true })
  .max(15, {
    error: "must be at most 15 characters: it names the dummy interface, and the kernel takes no more",
    abort: true,
  })
  .regex(/^(?!-)(?!\.{1,2}$)(?!(?:all|default|lo)$)[A-Za-z0-9_.+-]{1,15}$/, {
    error:
      'must be an interface name: 1 to 15 of A-Z a-z 0-9 _ . + -, not starting with "-", and none of ".", "..", "lo", "all", "default"',
  });

export function port(what: string) {
  const error = `must be ${what}, 1 to 65535`;
  return z.int({ error }).min(1, { error }).max(65535, { error });
}

const AS = "must be an AS number, 1 to 4294967295";
export const asNumber = z
  .int({ error: AS })
  .min(1, { error: `${AS}; AS 0 is reserved (RFC 7607)` })
  .max(4294967295, { error: AS });

/** A text that `fault` finds nothing wrong with. */
function textForm(wanted: string, fault: (text: string) => string | undefined) {
  return z.string({ error: `must be ${wanted}` }).superRefine((text, context) => {
    const message = fault(text);
    if (message !== undefined) context.addIssue({ code: "custom", message, input: text });
  });
}

const ROUTER_ID = "an IPv4 address of this host, such as 10.88.0.200";
export const routerId = textForm(ROUTER_ID, (text) => {
  const address = parseAddress(text);
  if (address === undefined || family(address) !== "ipv4") return `must be ${ROUTER_ID}`;
  return address === "0.0.0.0" ? `must not be 0.0.0.0; write ${ROUTER_ID}` : undefined;
});

/** An address of this host that routers can send packets to. */
export function hostAddress(of: Family) {
  const wanted = `an ${of === "ipv4" ? "IPv4" : "IPv6"} address of this host that the routers reach, such as ${of === "ipv4" ? "10.88.0.200" : "2001:db8::200"}`;
  return textForm(wanted, (text) => hostAddressFault(text, of, wanted));
}

export function hostAddressFault(
  text: string,
  of: Family,
  wanted = "an address that the routers reach",
): string | undefined {
  const address = parseAddress(text);
  if (address === undefined || family(address) !== of) return `must be ${wanted}`;
  const range = specialRange(address);
  return range === undefined ? undefined : `must not be ${range} address: no router can send packets to it`;
}

const UNICAST = "an IPv4 or IPv6 address, such as 10.88.0.11";
/** An address of another host, or of this one, that packets can be sent to. */
export const unicastAddress = textForm(UNICAST, (text) => {
  const address = parseAddress(text);
  if (address === undefined) return `must be ${UNICAST}`;
  const range = specialRange(address);
  return range === undefined ? undefined : `must not be ${range} address: IPVS cannot carry connections to it`;
});

const PEER = "an IPv4 or IPv6 address, such as 10.88.0.253";
export const peerAddress = textForm(PEER, (text) => {
  const address = parseAddress(text);
  if (address === undefined) return `must be ${PEER}`;
  const range = specialRange(address);
  if (range === undefined || range === "a loopback") return undefined;
  return range === "a link-local"
    ? "must not be a link-local address: peering over one needs an interface, which has no place in this file yet"
    : `must not be ${range} address: no BGP speaker has it`;
});

const VIP = 'a VIP: "10.88.2.1", "10.88.2.1/32" or "2001:db8::1"';
export const vipText = textForm(VIP, (text) => vipFault(text));
export const vipAddress = textForm("an IPv4 or IPv6 address, such as 10.88.2.1", (text) =>
  text.includes("/") ? "must be an address alone: write the length as prefixLength, or write vips" : vipFault(text),
);

/** `addr` or `addr/len`, where nothing is wrong with it; without a length the whole address counts. */
export function parseVip(text: string, prefixLength?: number): Vip | undefined {
  if (vipFault(text) !== undefined) return undefined;
  const [host = "", length] = text.split("/");
  const address = parseAddress(host) as Address;
  const all = bits(family(address));
  const kept = length === undefined ? (prefixLength ?? all) : Number(length);
  return kept >= 1 && kept <= all ? { address, prefixLength: kept } : undefined;
}

function vipFault(text: string): string | undefined {
  const [host = "", length, ...rest] = text.split("/");
  const address = parseAddress(host);
  if (address === undefined || rest.length > 0) return `must be ${VIP}`;
  const all = bits(family(address));
  if (length !== undefined) {
    if (/^0+$/.test(length)) return "must not have the length 0: that would announce the default route";
    if (!/^[1-9]\d{0,2}$/.test(length) || Number(length) > all) return `must have a length of 1 to ${all}`;
  }
  const range = specialRange(address);
  return range === undefined ? undefined : `must not be ${range} address: it cannot be announced`;
}

/** The special range that an address is in, with its article, or undefined for one that can be announced. */
function specialRange(address: Address): string | undefined {
  if (family(address) === "ipv4") {
    const [first = 0, second = 0] = address.split(".").map(Number);
    if (first === 0) return "an unspecified (0.0.0.0/8)";
    if (first === 127) return "a loopback";
    if (first === 169 && second === 254) return "a link-local";
    if (first >= 224) return first < 240 ? "a multicast" : "a reserved (240.0.0.0/4)";
    return undefined;
  }
  if (address === "::") return "an unspecified (::)";
  if (address === "::1") return "a loopback";
  if (/^fe[89ab][0-9a-f]:/.test(address)) return "a link-local";
  if (/^ff[0-9a-f]{2}:/.test(address)) return "a multicast";
  return /^::ffff:[0-9a-f]{1,4}:[0-9a-f]{1,4}$/.test(address) ? "an IPv4-mapped" : undefined;
}

const API = 'gobgpd\'s gRPC address: "127.0.0.1:50051" or "unix:///run/gobgp/api.sock"';
export const apiAddress = textForm(API, (text) => {
  if (text.startsWith("unix:")) return /^unix:\/\/\/[^\0]+$/.test(text) ? undefined : `must be ${API}`;
  const [, host = "", number = ""] = /^(\[[^\]]+\]|[^:[\]/\s]+):(\d{1,5})$/.exec(text) ?? [];
  const bracketed = host.startsWith("[");
  const isHost = bracketed ? parseAddress(host.slice(1, -1))?.includes(":") === true : isHostName(host);
  return isHost && Number(number) >= 1 && Number(number) <= 65535 ? undefined : `must be ${API}`;
});

const PAGE = '"socket", "loopback", "off", or an address of this host with a port, such as "10.88.0.200:8082"';
export const pageAddress = textForm(PAGE, (text) =>
  ["socket", "loopback", "off"].includes(text) || parseEndpoint(text) !== undefined ? undefined : `must be ${PAGE}`,
);

/** `10.88.0.200:8082` or `[::1]:8082`; undefined for what is no address with a port. */
export function parseEndpoint(text: string): { readonly host: Address; readonly port: number } | undefined {
  const [, bracketed, plain, digits = ""] = /^(?:\[([^\]]+)\]|([\d.]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = parseAddress(bracketed ?? plain ?? "");
  const number = Number(digits);
  if (host === undefined || number < 1 || number > 65535) return undefined;
  return (family(host) === "ipv6") === (bracketed !== undefined) ? { host, port: number } : undefined;
}

const HOST_NAME = "a name by which browsers call this host, such as lb1.example.net";
export const pageHost = textForm(HOST_NAME, (text) => (isHostName(text) ? undefined : `must be ${HOST_NAME}`));

/** An IPv4 address or a name of DNS. */
export function isHostName(text: string): boolean {
  if (/^[\d.]+$/.test(text)) return parseAddress(text) !== undefined;
  return text.length <= 253 && /^[A-Za-z0-9_]([\w-]*\w)?(\.[A-Za-z0-9_]([\w-]*\w)?)*\.?$/.test(text);
}

export const filePath = z
  .string({ error: "must be the path of a PEM file" })
  .regex(/^[^\0]+$/, { error: "must be the path of a PEM file" });

const PASSWORD_FILE = "the path of a file with the password in it, such as router1.password";
export const passwordFile = z
  .string({ error: `must be ${PASSWORD_FILE}` })
  .regex(/^[^\0]+$/, { error: `must be ${PASSWORD_FILE}` });
