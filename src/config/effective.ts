import type { VirtualService } from "../core/service.ts";
import type { CheckConfig } from "../health/registry.ts";
import type { Config, ConfiguredService, Pool } from "./config.ts";
import { jsonSchema, objectSchema } from "./json-schema.ts";

/** The config as a file that says everything: each default written out; loading it gives the same Config again. */
export function effective(config: Config): Record<string, unknown> {
  const { identity, nextHop, peers } = config;
  return {
    bgp: {
      mode: config.mode,
      gobgp: config.gobgp,
      peers: peers.map(({ password, ...peer }) => ({
        ...peer,
        ...(password?.file !== undefined && { passwordFile: password.file }),
      })),
      local: {
        ...(identity !== undefined && { routerID: identity.routerId, as: identity.as }),
        // In shared mode gobgpd's own config decides it.
        ...(identity !== undefined && config.mode === "managed" && { listenPort: identity.listenPort }),
        nextHop,
      },
    },
    services: config.services.map(serviceOf),
    sharedPrefix: config.sharedPrefix,
    staleVerdict: config.staleVerdict,
    withdrawHold: durationText(config.withdrawHold),
    onStop: config.onStop,
    lease: durationText(config.lease.term),
    onLeaseLost: config.lease.onLost,
    handoverLease: durationText(config.lease.handover),
    stopDrain: durationText(config.stopDrain),
    ipvsSysctls: config.ipvsSysctls,
    realServerDrain: durationText(config.realServerDrain),
    repairGrace: durationText(config.repairGrace),
    reconcileInterval: durationText(config.reconcileInterval),
    page: { ...config.page, address: pageAddress(config.page.address) },
  };
}

function pageAddress(address: Config["page"]["address"]): string {
  if (typeof address === "string") return address;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

function serviceOf({ service, checks, pool }: ConfiguredService): Record<string, unknown> {
  const { name, link, vips, virtualServices, attributes = {} } = service;
  // Each VIP has the same ports, so those of the first tell all.
  const ports = virtualServices.filter((one) => one.vip === vips[0]?.address);
  const [first] = ports;
  const server = first?.realServers[0];
  return {
    name,
    interface: link,
    vips: vips.map(({ address, prefixLength }) => `${address}/${prefixLength}`),
    ports: ports.map(({ port, protocol, realServers }) => ({
      servicePort: port,
      // Each real server of a pool has its own written out below, where ports are one.
      targetLocalPort: realServers[0]?.port,
      protocol,
    })),
    ...(first !== undefined &&
      server !== undefined && {
        ipvs: {
          scheduler: first.scheduler,
          flags: first.flags,
          // Of a pool each real server says it for itself.
          ...(pool === undefined && { forwarding: server.forwarding, weight: server.weight }),
        },
      }),
    ...(pool !== undefined && poolOf(pool, virtualServices)),
    ...(Object.keys(attributes).length > 0 && { announce: attributes }),
    healthchecks: checks.map(checkOf),
  };
}

function poolOf({ members, quorum }: Pool, virtualServices: readonly VirtualService[]): Record<string, unknown> {
  const ports = new Set(virtualServices.map((one) => `${one.protocol} ${one.port}`)).size;
  const realServers = members.map(({ address }) => {
    const one = virtualServices.flatMap((service) => service.realServers).find((server) => server.address === address);
    if (one === undefined) return { address };
    const { port, weight, forwarding } = one;
    return { address, ...(ports === 1 && { port }), weight, forwarding };
  });
  const checks = (members[0]?.checks ?? []).map((check) => {
    const { host, name, ...rest } = checkOf(check);
    return { ...rest, ...(typeof name === "string" && { name: name.slice(0, -` ${String(host)}`.length) }) };
  });
  return { realServers, ...(checks.length > 0 && { realServerChecks: checks }), quorum };
}

/** Durations are the fields that an operator writes as text and a check holds as a number. */
function checkOf(check: CheckConfig): Record<string, unknown> {
  const list = jsonSchema.properties?.["services"]?.items?.properties?.["healthchecks"];
  const fields = objectSchema(list?.items, check.kind)?.properties ?? {};
  return Object.fromEntries(
    Object.entries(check).map(([key, value]) => [
      key,
      typeof value === "number" && fields[key]?.type === "string" ? durationText(value) : value,
    ]),
  );
}

/** `1000` is `1s`, `300` is `300ms`. */
function durationText(milliseconds: number): string {
  if (milliseconds === 0) return "0s";
  for (const [unit, size] of [
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
  ] as const) {
    if (milliseconds % size === 0) return `${milliseconds / size}${unit}`;
  }
  return `${milliseconds}ms`;
}
