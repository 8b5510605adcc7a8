import { family, parseAddress } from "../core/address.ts";
import { UsageError } from "../core/errors.ts";
import { isHostName } from "./forms.ts";
import { quoted } from "./problem.ts";

/** Where metrics are served. */
export interface MetricsAddress {
  /** Without one: on all addresses of the host. IPv6 without brackets. */
  readonly host?: string;
  /** 0..65535; 0 lets the kernel choose. */
  readonly port: number;
}

const RIGHT = 'must be "HOST:PORT" or ":PORT", such as 127.0.0.1:8081, [::1]:8081 or :8081, or off for none';

/** The value of -metrics-address; undefined for none (empty or `off`). Throws UsageError for a text that is neither. */
export function parseMetricsAddress(text: string): MetricsAddress | undefined {
  if (text === "" || text === "off") return undefined;
  const fault = (why: string) => new UsageError(`-metrics-address: ${RIGHT}; found ${quoted(text)}${why}`);
  const [, bracketed, plain = "", digits = ""] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d*)$/.exec(text) ?? [];
  if (digits === "") {
    if (parseAddress(text)?.includes(":")) throw fault(": an IPv6 address takes brackets, and a port after them");
    throw fault(/^\d+$/.test(text) ? `; did you mean ":${text}"?` : ": the port is missing");
  }
  if (digits.length > 5 || Number(digits) > 65535) throw fault(": a port is at most 65535");
  const port = Number(digits);
  if (bracketed !== undefined) {
    const address = parseAddress(bracketed);
    if (address === undefined || family(address) !== "ipv6") throw fault(": no IPv6 address is in the brackets");
    return { host: address, port };
  }
  if (plain === "") return { port };
  if (!isHostName(plain)) throw fault(": that is no address or host name");
  return { host: plain, port };
}
