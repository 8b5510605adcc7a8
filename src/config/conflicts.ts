import type { Address } from "../core/address.ts";
import { family, networkPrefix } from "../core/address.ts";
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
  const found: Finding[] = [];
  for (const { vips, ports } of services) {
    for (const port of ports) {
      const { servicePort, protocol } = port.value;
      if (servicePort === undefined || protocol === undefined) continue;
      for (const address of new Set(vips.map((vip) => vip.value.address))) {
        const key = virtualServiceKey({ vip: address, port: servicePort, protocol });
        const other = first.get(key);
        if (other === undefined) first.set(key, port);
        else if (other !== port) {
          found.push({
            path: port.path,
            message: `${key} is already taken by ${pathText(other.path)}; one VIP, port and protocol can lead to one target only`,
          });
        }
      }
    }
  }
  return found;
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
  const { routerId, nextHop, peers } = facts;
  // The router ID is an address only where it is used as one.
  const own = [nextHop.ipv4 === undefined ? undefined : routerId, nextHop.ipv4, nextHop.ipv6];
  const needed = [...own.filter((one) => one !== undefined), ...peers];
  const sites = new Map(needed.toReversed().map((one) => [one.value, one]));
  return facts.services
    .flatMap((service) => service.vips)
    .flatMap((vip) => {
      const { address, prefixLength } = vip.value;
      const prefix = networkPrefix(address, prefixLength);
      const hit = [...sites.values()].find(
        (one) => family(one.value) === family(address) && networkPrefix(one.value, prefixLength) === prefix,
      );
      if (hit === undefined) return [];
      const what = pathText(hit.path);
      return [
        {
          path: vip.path,
          message:
            hit.value === address
              ? `${address} is also ${what}; a VIP must be an address of its own`
              : `${address}/${prefixLength} covers ${hit.value} (${what}), which would no longer be reached over the network; write a longer prefix`,
        },
      ];
    });
}

/** Prefixes of different services that lie within each other: withdrawing the longer one moves its traffic to the other, not to another host. */
export function overlapWarnings(services: readonly ServiceFacts[]): string[] {
  const wide = services.flatMap((service) =>
    service.vips
      .filter(isWide)
      .map((vip) => ({ vip, service, prefix: networkPrefix(vip.value.address, vip.value.prefixLength) })),
  );
  return wide.flatMap(({ vip: outer, service, prefix }) =>
    services
      .filter((other) => other !== service)
      .flatMap((other) => other.vips)
      .filter(
        ({ value }) =>
          family(value.address) === family(outer.value.address) &&
          value.prefixLength >= outer.value.prefixLength &&
          networkPrefix(value.address, outer.value.prefixLength) === prefix,
      )
      .filter((inner) => inner.value.prefixLength > outer.value.prefixLength || comesAfter(inner, outer, services))
      .map((inner) => {
        const text = `${inner.value.address}/${inner.value.prefixLength}`;
        return inner.value.prefixLength === outer.value.prefixLength
          ? `${pathText(inner.path)}: ${text} is one route with ${pathText(outer.path)}: it is announced only while both services are healthy`
          : `${pathText(inner.path)}: ${text} lies within ${prefix} of ${pathText(outer.path)}: while it is withdrawn, its traffic follows that route`;
      }),
  );
}

function isWide({ value }: Sited<Vip>): boolean {
  return value.prefixLength < (family(value.address) === "ipv4" ? 32 : 128);
}

/** Of two with one and the same prefix, only the later one is told. */
function comesAfter(a: Sited<Vip>, b: Sited<Vip>, services: readonly ServiceFacts[]): boolean {
  const order = services.flatMap((service) => service.vips);
  return order.indexOf(a) > order.indexOf(b);
}
