import type { Address, Family } from "../core/address.ts";
import { family, parseAddress } from "../core/address.ts";
import type { Raw, ServiceFacts } from "./facts.ts";
import { isRecord } from "./facts.ts";
import type { Finding } from "./issues.ts";
import { type Path, pathText } from "./problem.ts";

interface Listed {
  readonly raw: Raw;
  readonly path: Path;
  readonly address: Address;
}

/** What does not go together in `realServers`, and between it and the rest of the service. */
export function realServerFindings(service: ServiceFacts): Finding[] {
  const { raw, path } = service;
  if (raw["realServers"] === undefined) return alone(service);
  const listed = listOf(service);
  const found: Finding[] = [...repeated(listed), ...ownVips(listed, service), ...families(listed, service)];
  for (const { raw: one, path: at } of listed) found.push(...portFindings(one, at, service));
  const checks = Array.isArray(raw["realServerChecks"]) ? raw["realServerChecks"] : [];
  for (const [index, check] of checks.entries()) {
    if (!isRecord(check) || check["host"] === undefined) continue;
    const message = "is each real server's own address here; remove it";
    found.push({ path: [...path, "realServerChecks", index, "host"], message });
  }
  return found;
}

/** What is accepted in `realServers`, and may not be what was meant. */
export function realServerWarnings(service: ServiceFacts): string[] {
  const { ports, path, vips } = service;
  const listed = listOf(service);
  if (listed.length > 0 && ports.length === 0)
    return [`${pathText([...path, "realServers"])}: of no effect, because the service has no ports`];
  return listed
    .filter(({ address }) => !vips.some((vip) => family(vip.value.address) === family(address)))
    .map(({ address, path: at }) => `${pathText(at)}: of no effect, because no VIP is of the family of ${address}`);
}

/** Keys that say something of real servers where there are none. */
function alone({ raw, path }: ServiceFacts): Finding[] {
  return ["realServerChecks", "quorum"]
    .filter((key) => raw[key] !== undefined)
    .map((key) => ({ path: [...path, key], message: "has no effect without realServers; write them, or remove it" }));
}

function listOf({ raw, path }: ServiceFacts): Listed[] {
  const list: readonly unknown[] = Array.isArray(raw["realServers"]) ? raw["realServers"] : [];
  return list.flatMap((one, index) => {
    const address = isRecord(one) && typeof one["address"] === "string" ? parseAddress(one["address"]) : undefined;
    return isRecord(one) && address !== undefined ? [{ raw: one, path: [...path, "realServers", index], address }] : [];
  });
}

function repeated(listed: readonly Listed[]): Finding[] {
  return listed.flatMap(({ address, path }, index) => {
    const first = listed.slice(0, index).find((other) => other.address === address);
    return first === undefined
      ? []
      : [{ path: [...path, "address"], message: `${address} is already in ${pathText(first.path)}; keep one` }];
  });
}

function ownVips(listed: readonly Listed[], { vips }: ServiceFacts): Finding[] {
  return listed.flatMap(({ address, path }) => {
    const vip = vips.find((one) => one.value.address === address);
    return vip === undefined
      ? []
      : [
          {
            path: [...path, "address"],
            message: `${address} is the VIP ${pathText(vip.path)} itself; write the address of the host that serves it`,
          },
        ];
  });
}

/** Each family that has VIPs needs real servers of it, and as many as the quorum. */
function families(listed: readonly Listed[], { raw, path, vips }: ServiceFacts): Finding[] {
  const quorum = typeof raw["quorum"] === "number" ? raw["quorum"] : 1;
  const all: readonly Family[] = ["ipv4", "ipv6"];
  return all.flatMap((of) => {
    const vip = vips.find((one) => family(one.value.address) === of);
    const count = listed.filter(({ address }) => family(address) === of).length;
    if (vip === undefined || count >= Math.max(1, quorum)) return [];
    const name = of === "ipv4" ? "IPv4" : "IPv6";
    if (count > 0)
      return [
        {
          path: [...path, "quorum"],
          message: `must be at most ${count}, the number of ${name} real servers; found ${quorum}`,
        },
      ];
    const message = `has no ${name} real server, and ${pathText(vip.path)} is ${name}; add one, or take the VIP out`;
    return [{ path: [...path, "realServers"], message }];
  });
}

function portFindings(one: Raw, path: Path, { raw, ports }: ServiceFacts): Finding[] {
  const { port } = one;
  if (port !== undefined && ports.length !== 1)
    return [
      {
        path: [...path, "port"],
        message: `goes with exactly one entry in ports, and there are ${ports.length}; write targetLocalPort in each of ports instead`,
      },
    ];
  const ipvs = isRecord(raw["ipvs"]) ? raw["ipvs"] : {};
  const forwarding = one["forwarding"] ?? ipvs["forwarding"];
  if (forwarding !== "direct" && forwarding !== "tunnel") return [];
  // Of `direct` in ipvs the ports' own rule tells.
  if (one["forwarding"] === undefined && port === undefined) return [];
  return ports.flatMap(({ value: { servicePort, targetLocalPort } }) => {
    const target = port ?? targetLocalPort;
    if (servicePort === undefined || typeof target !== "number" || target === servicePort) return [];
    return [
      {
        path: port === undefined ? path : [...path, "port"],
        message: `the real server would be reached at ${servicePort} and not at ${target}: "${forwarding}" rewrites no port; make them equal, or write "masquerade"`,
      },
    ];
  });
}
