import type { Address } from "../core/address.ts";
import { bits, family, networkPrefix } from "../core/address.ts";
import type { SharedPrefix } from "../core/desired.ts";
import type { Vip } from "../core/service.ts";
import { virtualServiceKey } from "../core/service.ts";
import type { Facts, ServiceFacts, Sited } from "./facts.ts";
import type { Finding } from "./issues.ts";
import { pathText } from "./problem.ts";

/** What two parts of the file claim at the same time. */
export function conflictFindings(facts: Facts): Finding[] {
  return [
    ...repeatedNames(facts.services),
    ...repeatedVirtualServices(facts.services),
    ...twoLengths(facts.services),
    ...coveredAddresses(facts),
  ];
}

function repeatedNames(services: readonly ServiceFacts[]): Finding[] {
  const first = new Map<string, Sited<string>>();
  return services.flatMap(({ name }) => {
    if (name === undefined) return [];
    const other = first.get(name.value);
    if (other === undefined) first.set(name.value, name);
    return other === undefined
      ? []
      : [
          {
            path: name.path,
            message: `"${name.value}" is already the name of ${pathText(other.path.slice(0, -1))}; each service needs its own`,
          },
        ];
  });
}

function repeatedVirtualServices(services: readonly ServiceFacts[]): Finding[] {
  const first = new Map<string, Sited<unknown>>();
  return services.flatMap(({ vips, ports }) =>
    ports.flatMap((port) => {
      const { servicePort, protocol } = port.value;
      if (servicePort === undefined || protocol === undefined) return [];
      const keys = vips.map((vip) => virtualServiceKey({ vip: vip.value.address, port: servicePort, protocol }));
      const taken = keys.find((key) => first.has(key) && first.get(key) !== port);
      for (const key of keys) if (!first.has(key)) first.set(key, port);
      if (taken === undefined) return [];
      const other = pathText(first.get(taken)?.path ?? []);
      return [
        {
          path: port.path,
          message: `${taken} is already taken by ${other}; one VIP, port and protocol lead to one target`,
        },
      ];
    }),
  );
}

/** One VIP in several services is fine (its ports may belong to each of them), as long as it means one route. */
function twoLengths(services: readonly ServiceFacts[]): Finding[] {
  const first = new Map<Address, { vip: Sited<Vip>; service: ServiceFacts }>();
  const found: Finding[] = [];
  for (const service of services) {
    for (const vip of service.vips) {
      const { address, prefixLength } = vip.value;
      const other = first.get(address);
      if (other === undefined) first.set(address, { vip, service });
      // Within one service it is a repeated VIP, which is told there.
      else if (other.service !== service && other.vip.value.prefixLength !== prefixLength) {
        found.push({
          path: vip.path,
          message: `${address}/${prefixLength} is ${address}/${other.vip.value.prefixLength} in ${pathText(other.vip.path)}; one VIP has one length`,
        });
      }
    }
  }
  return found;
}

/** A VIP's prefix is a route to this host's dummy: no address that BGP itself needs may be in it. */
function coveredAddresses(facts: Facts): Finding[] {
  const { routerId, nextHop, peers, services } = facts;
  const own = [routerId, nextHop.ipv4, nextHop.ipv6].filter((one) => one !== undefined);
  const vips = services.flatMap((service) => service.vips);
  const needed = new Map<string, Sited<Address>>();
  for (const length of new Set(vips.map((vip) => vip.value.prefixLength))) {
    for (const one of [...own, ...peers].toReversed()) needed.set(networkPrefix(one.value, length), one);
  }
  return vips.flatMap(({ path, value: { address, prefixLength } }) => {
    const hit = needed.get(networkPrefix(address, prefixLength));
    if (hit === undefined) return [];
    const what = pathText(hit.path);
    const message =
      hit.value === address
        ? `${address} is also ${what}; a VIP must be an address of its own`
        : `${address}/${prefixLength} covers ${hit.value} (${what}), which would no longer be reached over the network; write a longer prefix`;
    return [{ path, message }];
  });
}

/** Prefixes of different services that are one route or lie within each other: accepted, and likely not meant. */
export function overlapWarnings(services: readonly ServiceFacts[], sharedPrefix: SharedPrefix): string[] {
  const wide = new Map<string, { vip: Sited<Vip>; service: ServiceFacts }>();
  const warnings: string[] = [];
  const all = services.flatMap((service) => service.vips.map((vip) => ({ vip, service })));
  for (const one of all) {
    const { address, prefixLength } = one.vip.value;
    if (prefixLength === bits(family(address))) continue;
    const prefix = networkPrefix(address, prefixLength);
    const other = wide.get(prefix);
    if (other === undefined) wide.set(prefix, one);
    else if (other.service !== one.service) {
      warnings.push(
        `${pathText(one.vip.path)}: ${prefix} is one route with ${pathText(other.vip.path)}: ${sharedPrefix === "any" ? "it is announced while either service is healthy, also for the addresses of the other" : "it is announced only while both services are healthy"}`,
      );
    }
  }
  const lengths = [...new Set([...wide.values()].map(({ vip }) => vip.value.prefixLength))];
  for (const { vip, service } of all) {
    const { address, prefixLength } = vip.value;
    for (const length of lengths.filter((one) => one < prefixLength)) {
      const outer = wide.get(networkPrefix(address, length));
      if (outer === undefined || outer.service === service) continue;
      warnings.push(
        `${pathText(vip.path)}: ${address}/${prefixLength} lies within ${networkPrefix(address, length)} of ${pathText(outer.vip.path)}: while it is withdrawn, its traffic follows that route`,
      );
    }
  }
  return warnings;
}
