import { dirname, resolve as resolvePath } from "node:path";
import type { Address } from "../core/address.ts";
import { family, parseAddress } from "../core/address.ts";
import type { Password } from "../core/password.ts";
import type { Service, VirtualService } from "../core/service.ts";
import type { Identity, PeerConfig } from "../core/state.ts";
import { sortFlags } from "../dataplane/ipvs-options.ts";
import { attributesOf } from "./announce-schema.ts";
import type { Config, ConfiguredService, Gobgp, Pool } from "./config.ts";
import type { Facts, ServiceFacts } from "./facts.ts";
import { parseEndpoint } from "./forms.ts";
import { legacyCheck } from "./legacy-check.ts";
import type { Passwords } from "./password-file.ts";
import { pathText } from "./problem.ts";
import type { ConfigInput } from "./schema.ts";
import type { ServiceInput } from "./service-schema.ts";

type PeerInput = NonNullable<ConfigInput["bgp"]>["peers"][number];
type RealServerInput = NonNullable<ServiceInput["realServers"]>[number];

/** The config that a file without problems means. */
export function resolve(
  input: ConfigInput,
  facts: Facts,
  passwords: Passwords,
  file: string,
  gobgpAddress: string,
): Config {
  const inputs = [...(input.service === undefined ? [] : [input.service]), ...(input.services ?? [])];
  const nextHop = {
    ...(facts.nextHop.ipv4 !== undefined && { ipv4: facts.nextHop.ipv4.value }),
    ...(facts.nextHop.ipv6 !== undefined && { ipv6: facts.nextHop.ipv6.value }),
  };
  return freeze({
    mode: facts.mode,
    gobgp: gobgp(input.bgp?.gobgp, file, gobgpAddress),
    identity: identity(input, facts),
    peers: (input.bgp?.peers ?? []).map((peer, index) =>
      peerOf(peer, passwords.byPath.get(pathText(["bgp", "peers", index, "passwordFile"]))),
    ),
    nextHop,
    services: facts.services.map((service, index) => configured(inputs[index] as ServiceInput, service, nextHop)),
    sharedPrefix: input.sharedPrefix,
    staleVerdict: input.staleVerdict,
    withdrawHold: input.withdrawHold,
    onStop: input.onStop,
    lease: { term: input.lease, onLost: input.onLeaseLost, handover: input.handoverLease },
    stopDrain: input.stopDrain,
    ipvsSysctls: input.ipvsSysctls,
    realServerDrain: input.realServerDrain,
    repairGrace: input.repairGrace,
    reconcileInterval: input.reconcileInterval,
    page: { ...input.page, address: pageAddress(input.page.address) },
  });
}

function peerOf(
  { address, as, port, holdTime, multihop, ttlSecurity }: PeerInput,
  password: Password | undefined,
): PeerConfig {
  return {
    address: parseAddress(address) as Address,
    as,
    port,
    ...(password !== undefined && { password }),
    holdTime,
    ...(multihop !== undefined && { multihop }),
    ...(ttlSecurity !== undefined && { ttlSecurity }),
  };
}

const LOOPBACK = { host: "127.0.0.1" as Address, port: 8082 };

function pageAddress(text: string): Config["page"]["address"] {
  if (text === "off" || text === "socket") return text;
  return text === "loopback" ? LOOPBACK : (parseEndpoint(text) ?? "off");
}

function identity(input: ConfigInput, { mode, routerId, as }: Facts): Identity | undefined {
  if (routerId === undefined || as === undefined) return undefined;
  const listenPort = mode === "shared" ? 0 : (input.bgp?.local?.listenPort ?? 0);
  // The original and gobgpd take 0 for "not told", which is BGP's own port.
  return { as, routerId: routerId.value, listenPort: listenPort === 0 ? 179 : listenPort };
}

function gobgp(input: NonNullable<ConfigInput["bgp"]>["gobgp"], file: string, otherwise: string): Gobgp {
  const base = dirname(resolvePath(file));
  const { ca, cert, key } = input?.tls ?? {};
  const tls = {
    ...(ca !== undefined && { ca: resolvePath(base, ca) }),
    ...(cert !== undefined && { cert: resolvePath(base, cert) }),
    ...(key !== undefined && { key: resolvePath(base, key) }),
  };
  return { address: input?.address ?? otherwise, ...(input?.tls !== undefined && { tls }) };
}

function configured(input: ServiceInput, facts: ServiceFacts, nextHop: Config["nextHop"]): ConfiguredService {
  const legacy = legacyCheck(input);
  const service: Service = {
    name: input.name,
    link: input.interface ?? input.name,
    vips: facts.vips.map((vip) => vip.value),
    virtualServices: virtualServices(input, facts, nextHop),
    attributes: attributesOf(input.announce),
  };
  return {
    service,
    checks: [...(legacy === undefined ? [] : [legacy]), ...(input.healthchecks ?? [])],
    ...(input.realServers !== undefined && { pool: poolOf(input, input.realServers) }),
  };
}

/** Checks of the same name would be one metric, so each is named after its real server. */
function poolOf({ realServerChecks = [], quorum }: ServiceInput, servers: readonly RealServerInput[]): Pool {
  const members = servers.map(({ address }) => {
    const host = parseAddress(address) as Address;
    const checks = realServerChecks.map((check) => ({
      ...check,
      host,
      ...(check.name !== undefined && { name: `${check.name} ${host}` }),
    }));
    return { address: host, checks };
  });
  return { members, quorum };
}

function virtualServices(
  { ipvs, realServers }: ServiceInput,
  { vips, ports }: ServiceFacts,
  nextHop: Config["nextHop"],
): VirtualService[] {
  const { scheduler = "rr", flags = [], forwarding = "masquerade", weight = 1 } = ipvs ?? {};
  return vips.flatMap(({ value: { address } }) =>
    ports.map(({ value }) => {
      const { servicePort, targetLocalPort, protocol } = value as Required<{
        [K in keyof typeof value]: NonNullable<(typeof value)[K]>;
      }>;
      return {
        vip: address,
        port: servicePort,
        protocol,
        scheduler,
        flags: sortFlags(flags),
        realServers:
          realServers === undefined
            ? [{ address: nextHop[family(address)] as Address, port: targetLocalPort, weight, forwarding }]
            : realServers
                .map((one) => ({
                  address: parseAddress(one.address) as Address,
                  port: one.port ?? targetLocalPort,
                  weight: one.weight ?? weight,
                  forwarding: one.forwarding ?? forwarding,
                }))
                .filter((one) => family(one.address) === family(address)),
      };
    }),
  );
}

function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
