import type { Address } from "../core/address.ts";
import { parseAddress } from "../core/address.ts";
import type { Protocol, Vip } from "../core/service.ts";
import { asNumber, hostAddress, interfaceName, parseVip, passwordFile, peerAddress, port, routerId } from "./forms.ts";
import type { Path } from "./problem.ts";

/** A value and where it stands in the file. */
export interface Sited<T> {
  readonly value: T;
  readonly path: Path;
}

/** What can be relied on of a file that may have problems elsewhere, so that the rules between values are checked in the same run. */
export interface Facts {
  readonly mode: "managed" | "shared";
  readonly bgp: Raw;
  readonly local: Raw;
  readonly routerId: Sited<Address> | undefined;
  readonly as: number | undefined;
  readonly nextHop: { readonly ipv4: Sited<Address> | undefined; readonly ipv6: Sited<Address> | undefined };
  readonly peers: readonly Sited<Address>[];
  /** Those that peers name. */
  readonly passwordFiles: readonly Sited<string>[];
  readonly services: readonly ServiceFacts[];
}

export interface ServiceFacts {
  readonly path: Path;
  readonly raw: Raw;
  readonly name: Sited<string> | undefined;
  readonly vips: readonly Sited<Vip>[];
  readonly ports: readonly Sited<PortFacts>[];
}

export interface PortFacts {
  readonly servicePort: number | undefined;
  readonly targetLocalPort: number | undefined;
  readonly protocol: Protocol | undefined;
}

export type Raw = Readonly<Record<string, unknown>>;

const PORT = port("a port");

/** Reads what is well-formed, passes over what is not, and never throws. */
export function readFacts(root: unknown): Facts {
  const top = record(root);
  const bgp = record(top["bgp"]);
  const local = record(bgp["local"]);
  const hops = record(local["nextHop"]);
  const router = address(local["routerID"], ["bgp", "local", "routerID"], routerId);
  const ipv4 = address(hops["ipv4"], ["bgp", "local", "nextHop", "ipv4"], hostAddress("ipv4"));
  return {
    mode: bgp["mode"] === "shared" ? "shared" : "managed",
    bgp,
    local,
    routerId: router,
    as: ok(asNumber, local["as"]),
    nextHop: {
      // A next hop that is there and wrong is told as that; the router ID is no answer to it.
      ipv4: hops["ipv4"] === undefined ? router : ipv4,
      ipv6: address(hops["ipv6"], ["bgp", "local", "nextHop", "ipv6"], hostAddress("ipv6")),
    },
    peers: list(bgp["peers"]).flatMap((peer, index) => {
      const found = address(record(peer)["address"], ["bgp", "peers", index, "address"], peerAddress);
      return found === undefined ? [] : [found];
    }),
    passwordFiles: list(bgp["peers"]).flatMap((peer, index) => {
      const value = ok(passwordFile, record(peer)["passwordFile"]);
      return value === undefined ? [] : [{ value, path: ["bgp", "peers", index, "passwordFile"] }];
    }),
    services: [
      ...(isRecord(top["service"]) ? [service(top["service"], ["service"])] : []),
      ...list(top["services"]).flatMap((one, index) => (isRecord(one) ? [service(one, ["services", index])] : [])),
    ],
  };
}

function service(raw: Raw, path: Path): ServiceFacts {
  const name = ok(interfaceName, raw["name"]);
  return {
    path,
    raw,
    name: name === undefined ? undefined : { value: name, path: [...path, "name"] },
    vips: vips(raw, path),
    ports: list(raw["ports"]).map((one, index) => {
      const fields = record(one);
      return {
        path: [...path, "ports", index],
        value: {
          servicePort: ok(PORT, fields["servicePort"]),
          targetLocalPort: ok(PORT, fields["targetLocalPort"]),
          protocol: readProtocol(fields["protocol"] ?? raw["protocol"]),
        },
      };
    }),
  };
}

function vips(raw: Raw, path: Path): Sited<Vip>[] {
  const found: Sited<Vip | undefined>[] = list(raw["vips"]).map((one, index) => ({
    value: isRecord(one) ? vip(one["ip"], one["prefixLength"]) : vip(one, undefined),
    path: [...path, "vips", index],
  }));
  if (raw["ip"] !== undefined) found.unshift({ value: vip(raw["ip"], raw["prefixLength"]), path: [...path, "ip"] });
  return found.flatMap(({ value, path }) => (value === undefined ? [] : [{ value, path }]));
}

function vip(text: unknown, prefixLength: unknown): Vip | undefined {
  if (typeof text !== "string") return undefined;
  return parseVip(text, typeof prefixLength === "number" ? prefixLength : undefined);
}

function readProtocol(raw: unknown): Protocol | undefined {
  const lower = typeof raw === "string" ? raw.toLowerCase() : "";
  return lower === "tcp" || lower === "udp" || lower === "sctp" ? lower : undefined;
}

type Form<T> = { safeParse(value: unknown): { success: true; data: T } | { success: false } };

function ok<T>(form: Form<T>, value: unknown): T | undefined {
  const result = form.safeParse(value);
  return result.success ? result.data : undefined;
}

function address(raw: unknown, path: Path, form: Form<string>): Sited<Address> | undefined {
  const value = parseAddress(ok(form, raw) ?? "");
  return value === undefined ? undefined : { value, path };
}

export function isRecord(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function record(value: unknown): Raw {
  return isRecord(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
