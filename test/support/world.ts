import fc from "fast-check";
import type { Address } from "../../src/core/address.ts";
import { networkPrefix, parseAddress } from "../../src/core/address.ts";
import type { Intent, ServiceHealth } from "../../src/core/desired.ts";
import type { Ownership } from "../../src/core/ownership.ts";
import { LINK_ALIAS } from "../../src/core/ownership.ts";
import type { RealServer, Service, VirtualService } from "../../src/core/service.ts";
import { virtualServiceKey } from "../../src/core/service.ts";
import type { KernelState, Link, Observed, Peer, SpeakerState } from "../../src/core/state.ts";
import { IPVS_SYSCTLS } from "../../src/core/sysctl.ts";

export function ip(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
}

export const HOST = ip("10.88.0.200");
const HOST6 = ip("2001:db8:1::200");

/** A service with one TCP port for each VIP, real server on the host itself. */
export function service(name: string, vips: readonly string[], over: Partial<Service> = {}): Service {
  const addresses = vips.map(ip);
  return {
    name,
    link: name,
    vips: addresses.map((address) => ({ address, prefixLength: address.includes(":") ? 128 : 32 })),
    virtualServices: addresses.map((vip) => virtualService(vip)),
    ...over,
  };
}

function virtualService(vip: Address, over: Partial<VirtualService> = {}): VirtualService {
  const realServers: RealServer[] = [
    { address: vip.includes(":") ? HOST6 : HOST, port: 8080, weight: 1, forwarding: "masquerade" },
  ];
  return { vip, port: 80, protocol: "tcp", scheduler: "rr", flags: [], realServers, ...over };
}

export function intent(services: readonly Service[], over: Partial<Intent> = {}): Intent {
  return {
    mode: "managed",
    identity: { as: 65512, routerId: HOST, listenPort: -1 },
    peers: [{ address: ip("10.88.0.253"), as: 65512, port: 179 }],
    nextHop: { ipv4: HOST, ipv6: HOST6 },
    services,
    network: true,
    ipvs: true,
    ...over,
  };
}

export const EMPTY_SPEAKER: SpeakerState = {
  identity: undefined,
  originatorOnly: false,
  peers: new Map(),
  paths: new Map(),
};

export const EMPTY_KERNEL: KernelState = { links: new Map(), virtualServices: new Map() };

export const BARE: Observed = { kernel: EMPTY_KERNEL, speaker: EMPTY_SPEAKER };

export function health(verdicts: Readonly<Record<string, ServiceHealth["verdict"]>>): Map<string, ServiceHealth> {
  return new Map(Object.entries(verdicts).map(([name, verdict]) => [name, { verdict, reason: "a test says so" }]));
}

const VIPS = ["10.88.2.1", "10.88.2.2", "2001:db8:f::1", "10.88.2.3"].map(ip);
const NAMES = ["web", "dns", "mail"];

/** A few services that may share a link, never a VIP and port. */
const anyIntent: fc.Arbitrary<Intent> = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...VIPS), { minLength: 0, maxLength: 4 }),
    fc.array(fc.record({ name: fc.constantFrom(...NAMES), shared: fc.boolean(), rr: fc.boolean() }), {
      minLength: 4,
      maxLength: 4,
    }),
    fc.boolean(),
    fc.constantFrom("managed" as const, "shared" as const),
  )
  .map(([vips, shapes, ipvs, mode]) => {
    const services = new Map<string, Service>();
    for (const [index, vip] of vips.entries()) {
      const { name, shared, rr } = shapes[index] ?? { name: "web", shared: false, rr: true };
      const before = services.get(name);
      const link = before?.link ?? (shared ? "lb0" : name);
      const own = virtualService(vip, { scheduler: rr ? "rr" : "sh", flags: rr ? [] : ["sh-port"] });
      services.set(name, {
        name,
        link,
        vips: [...(before?.vips ?? []), { address: vip, prefixLength: vip.includes(":") ? 128 : 32 }],
        virtualServices: [...(before?.virtualServices ?? []), own],
      });
    }
    return intent([...services.values()], { ipvs, mode });
  });

const anyHealth: fc.Arbitrary<Map<string, ServiceHealth>> = fc
  .tuple(...NAMES.map(() => fc.constantFrom("up" as const, "down" as const, "unknown" as const)))
  .map(
    (verdicts) => new Map(NAMES.map((name, index) => [name, { verdict: verdicts[index] ?? "unknown", reason: "" }])),
  );

const anyLink: fc.Arbitrary<Link> = fc.record({
  name: fc.constantFrom("web", "dns", "lb0", "eth0"),
  kind: fc.constantFrom("dummy", "dummy", "dummy", "veth"),
  alias: fc.constantFrom(LINK_ALIAS, LINK_ALIAS, "", "somebody"),
  up: fc.boolean(),
  addresses: fc.uniqueArray(
    fc.record({
      address: fc.constantFrom(...VIPS, ip("192.0.2.77"), ip("fe80::1")),
      prefixLength: fc.constantFrom(32, 24),
      usable: fc.boolean(),
    }),
    { maxLength: 3, selector: (one) => `${one.address}/${one.prefixLength}` },
  ),
});

const anyVirtualService: fc.Arbitrary<VirtualService> = fc.record({
  vip: fc.constantFrom(...VIPS, ip("192.0.2.77")),
  port: fc.constantFrom(80, 443),
  protocol: fc.constant("tcp" as const),
  scheduler: fc.constantFrom("rr" as const, "wlc" as const),
  flags: fc.constant([]),
  realServers: fc.uniqueArray(
    fc.record({
      address: fc.constantFrom(HOST, ip("10.9.9.9")),
      port: fc.constantFrom(8080, 8081),
      weight: fc.constantFrom(0, 1),
      forwarding: fc.constant("masquerade" as const),
    }),
    { maxLength: 2, selector: (one) => `${one.address}:${one.port}` },
  ),
});

const anyKernel: fc.Arbitrary<KernelState> = fc
  .tuple(
    fc.uniqueArray(anyLink, { selector: (link) => link.name }),
    fc.uniqueArray(anyVirtualService, { maxLength: 4, selector: (one) => virtualServiceKey(one) }),
    fc.array(fc.constantFrom("0", "1", "7"), { minLength: 3, maxLength: 3 }),
  )
  .map(([links, services, settings]) => ({
    sysctls: new Map([...IPVS_SYSCTLS.keys()].map((name, index) => [name, settings[index] ?? "0"])),
    links: new Map(links.map((link) => [link.name, link])),
    virtualServices: new Map(services.map((one) => [virtualServiceKey(one), one])),
  }));

const anySpeaker: fc.Arbitrary<SpeakerState> = fc
  .record({
    as: fc.constantFrom(65512, 65512, 65512, 64999),
    started: fc.boolean(),
    originatorOnly: fc.boolean(),
    announced: fc.uniqueArray(fc.constantFrom(...VIPS, ip("198.51.100.9"))),
    /** Somebody else's, over all our IPv4 VIPs. */
    covering: fc.boolean(),
    peers: fc.uniqueArray(fc.constantFrom("10.88.0.253", "10.88.0.254").map(ip)),
    peerAs: fc.constantFrom(65512, 65000),
  })
  .map(({ as, started, originatorOnly, announced, covering, peers, peerAs }) => {
    if (!started) return EMPTY_SPEAKER;
    const hosts = announced.map((vip) => networkPrefix(vip, vip.includes(":") ? 128 : 32));
    const paths = [...hosts, ...(covering ? [networkPrefix(ip("10.88.2.0"), 24)] : [])].map((prefix) => {
      return [prefix, { prefix, nextHop: prefix.includes(":") ? HOST6 : HOST }] as const;
    });
    const known = peers.map((address): [Address, Peer] => [
      address,
      { address, as: peerAs, port: 179, session: "idle" },
    ]);
    return {
      identity: { as, routerId: HOST, listenPort: -1 },
      originatorOnly,
      peers: new Map(known),
      paths: new Map(paths),
    };
  });

const anyObserved: fc.Arbitrary<Observed> = fc.record({
  kernel: fc.option(anyKernel, { nil: undefined, freq: 5 }),
  speaker: fc.oneof(
    { weight: 8, arbitrary: anySpeaker },
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant("absent" as const) },
  ),
});

/** Some of what is seen is ours from an earlier life; a ledger may know of one half of a thing and not of the other. */
const anyOwned: fc.Arbitrary<Ownership> = fc
  .record({
    links: fc.subarray(["web", "dns", "lb0"]),
    bound: fc.subarray([...VIPS]),
    served: fc.subarray([...VIPS]),
    backed: fc.subarray([...VIPS]),
    announced: fc.subarray([...VIPS]),
    peers: fc.subarray([ip("10.88.0.254")]),
    set: fc.subarray([...IPVS_SYSCTLS.keys()]),
  })
  .map(({ links, bound, served, backed, announced, peers, set }) => ({
    links: new Set(links),
    addresses: new Set(links.flatMap((link) => bound.flatMap((vip) => [`${link} ${vip}/32`, `${link} ${vip}/24`]))),
    virtualServices: new Set(served.map((vip) => virtualServiceKey({ vip, port: 80, protocol: "tcp" }))),
    realServers: new Set(backed.map((vip) => `${virtualServiceKey({ vip, port: 80, protocol: "tcp" })} ${HOST}:8081`)),
    sysctls: new Set(set.map((name) => `${name}=0`)),
    peers: new Set(peers),
    prefixes: new Set(announced.map((vip) => networkPrefix(vip, vip.includes(":") ? 128 : 32))),
  }));

/** What is asked for, what is, what is ours of it, and where this process is in its life. */
export const anyWorld = fc.record({
  intent: anyIntent,
  health: anyHealth,
  observed: anyObserved,
  owned: anyOwned,
  stage: fc.constantFrom("serving" as const, "leaving" as const, "gone" as const),
});
