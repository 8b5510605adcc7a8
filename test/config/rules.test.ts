import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../../src/config/load.ts";
import { CHECKS, dataplane, LOCAL, load, PEERS, problems } from "./build.ts";

test("VIPs of both families in every form, each to this host's address of its family", () => {
  const { config } = load({
    interface: "lb",
    vips: ["10.88.2.1", "10.88.3.0/24", "2001:DB8::0:1", { ip: "2001:db8:1::", prefixLength: 64 }],
    ports: [
      { servicePort: 53, targetLocalPort: 5353, protocol: "UDP" },
      { servicePort: 80, targetLocalPort: 8080 },
    ],
    protocol: "Tcp",
    ipvs: { scheduler: "sh", flags: ["sh-port", "sh-fallback"], weight: 5 },
  });
  assert.equal(config.services[0]?.service.link, "lb");
  assert.deepEqual(config.services[0]?.service.vips, [
    { address: "10.88.2.1", prefixLength: 32 },
    { address: "10.88.3.0", prefixLength: 24 },
    { address: "2001:db8::1", prefixLength: 128 },
    { address: "2001:db8:1::", prefixLength: 64 },
  ]);
  assert.deepEqual(dataplane(config).slice(0, 2), [
    "udp 10.88.2.1:53 sh sh-fallback sh-port -> 10.88.0.200:5353 masquerade 5",
    "tcp 10.88.2.1:80 sh sh-fallback sh-port -> 10.88.0.200:8080 masquerade 5",
  ]);
  assert.equal(dataplane(config)[4], "udp [2001:db8::1]:53 sh sh-fallback sh-port -> 2001:db8::200:5353 masquerade 5");
});

test("direct forwarding, where the ports are equal", () => {
  const ports = [{ servicePort: 80, targetLocalPort: 80, protocol: "tcp" }];
  const { config } = load({ ip: "10.88.2.1", ports, ipvs: { forwarding: "direct" } });
  assert.deepEqual(dataplane(config), ["tcp 10.88.2.1:80 rr -> 10.88.0.200:80 direct 1"]);
});

test("shared mode takes only the next hops, and compares an identity that is told", () => {
  const service = { name: "web", ip: "10.88.2.1", healthchecks: CHECKS };
  const read = (local: object) => parseConfig(JSON.stringify({ bgp: { mode: "shared", local }, service }), "c");
  assert.equal(read({ nextHop: { ipv4: "10.88.0.200" } }).config.identity, undefined);
  assert.deepEqual(read({ routerID: "10.88.0.200" }).config.nextHop, { ipv4: "10.88.0.200" });
  const { config, warnings } = read({ routerID: "10.88.0.200", as: 1, listenPort: 1790 });
  assert.deepEqual(config.identity, { as: 1, routerId: "10.88.0.200", listenPort: 179 });
  assert.match(warnings.join(), /^bgp.local.listenPort: of no effect in shared mode/);
});

test("an explicit next hop stands before the router ID, which then may be any number", () => {
  const local = { ...LOCAL, routerID: "127.1.2.3", nextHop: { ipv4: "10.88.0.201" } };
  const ports = [{ servicePort: 80, targetLocalPort: 80, protocol: "tcp" }];
  const { config } = load({ ip: "10.88.2.1", ports }, { bgp: { local, peers: PEERS } });
  assert.deepEqual(dataplane(config), ["tcp 10.88.2.1:80 rr -> 10.88.0.201:80 masquerade 1"]);
  const alone = problems({ ip: "10.88.2.1" }, { bgp: { local: { ...local, nextHop: {} }, peers: PEERS } });
  assert.match(alone, /bgp.local.routerID: as next hop it must not be a loopback address/);
});

test("attributes are canonical: sorted by number, each once, well-known names as numbers; services on one prefix say the same", () => {
  const announce = {
    communities: ["no-export", "65000:9", "65000:120", "065000:9"],
    largeCommunities: ["1:10:0", "1:9:0"],
  };
  const same = {
    ip: "10.88.2.1",
    announce: { communities: ["65000:120", "65000:9", "no-export"], largeCommunities: ["1:9:0", "1:10:0"] },
  };
  const { config } = load([{ ip: "10.88.2.1", announce }, same]);
  for (const { service } of config.services) {
    const { communities, largeCommunities } = service.attributes ?? {};
    assert.deepEqual(communities, ["65000:9", "65000:120", "65535:65281"]);
    assert.deepEqual(largeCommunities, ["1:9:0", "1:10:0"]);
  }
  const [plain] = load({ ip: "10.88.2.1", announce: {} }).config.services;
  assert.deepEqual(plain?.service.attributes, {});
});

test("one VIP in two services is fine with other ports, and not with another length", () => {
  const ports = (port: number) => [{ servicePort: port, targetLocalPort: port, protocol: "tcp" }];
  assert.equal(
    problems([
      { ip: "10.88.2.1", ports: ports(80) },
      { ip: "10.88.2.1", ports: ports(443) },
    ]),
    "",
  );
  assert.equal(
    problems([
      { ip: "10.88.2.1", ports: ports(53) },
      { ip: "10.88.2.1", ports: [{ ...ports(53)[0], protocol: "udp" }] },
    ]),
    "",
  );
  assert.match(problems([{ ip: "10.88.2.1" }, { ip: "10.88.2.1", prefixLength: 24 }]), /one VIP has one length/);
});

test("prefixes that lie within each other are warned of, once", () => {
  const { warnings } = load([
    { ip: "10.88.2.1" },
    { ip: "10.88.2.9", prefixLength: 24 },
    { ip: "10.88.2.8", prefixLength: 24 },
    { ip: "2001:db8:2::1" },
  ]);
  assert.deepEqual(warnings, [
    "services[2].ip: 10.88.2.0/24 is one route with services[1].ip: it is announced only while both services are healthy",
    "services[0].ip: 10.88.2.1/32 lies within 10.88.2.0/24 of services[1].ip: while it is withdrawn, its traffic follows that route",
  ]);
});

test("the warning of a prefix that two services share says what sharedPrefix makes of it", () => {
  const both = [
    { ip: "10.88.2.9", prefixLength: 24 },
    { ip: "10.88.2.8", prefixLength: 24 },
  ];
  assert.deepEqual(load(both, { sharedPrefix: "any" }).warnings, [
    "services[1].ip: 10.88.2.0/24 is one route with services[0].ip: it is announced while either service is healthy, also for the addresses of the other",
  ]);
});

test("what is odd and allowed is warned of", () => {
  const { warnings } = parseConfig(JSON.stringify({ bgp: { local: { ...LOCAL, as: 23456 } }, services: [] }), "c");
  assert.deepEqual(warnings, [
    "bgp.peers: empty, so nothing is announced to anybody",
    "bgp.local.as: 23456 is reserved; routers may refuse it",
    "services: empty, so nothing is announced",
  ]);
  const self = load(
    { ip: "10.88.2.1" },
    { bgp: { local: LOCAL, peers: [{ address: "10.88.0.200", as: 1, port: 1179 }] } },
  );
  assert.match(self.warnings.join(), /this host would be its own peer/);
  const inside = load(
    { ip: "10.88.2.1" },
    { bgp: { local: LOCAL, peers: [{ address: "10.88.0.253", as: LOCAL.as, multihop: 4 }] } },
  );
  assert.deepEqual(inside.warnings, [
    "bgp.peers[0].multihop: of no effect, for the peer is in our own AS, and iBGP goes over any number of hops",
  ]);
});

test("the metrics port is compared with TCP targets only, and not where metrics are off", () => {
  const service = { ip: "10.88.2.1", ports: [{ servicePort: 53, targetLocalPort: 8081, protocol: "udp" }] };
  assert.deepEqual(load(service).warnings, []);
  const text = JSON.stringify({
    bgp: { local: LOCAL, peers: PEERS },
    service: { name: "a", healthchecks: CHECKS, ...service, protocol: "tcp" },
  });
  assert.deepEqual(parseConfig(text, "c", { metricsAddress: undefined }).warnings, []);
});

test("names that the kernel or its tools would not take", () => {
  for (const name of [
    "",
    ".",
    "..",
    "a/b",
    "a b",
    "a\tb",
    "-a",
    "lo",
    "all",
    "default",
    "a%d",
    "a:1",
    "é",
    "0123456789abcdef",
  ]) {
    assert.match(problems({ name, ip: "10.88.2.1" }), /services\[0\]\.name: must /, JSON.stringify(name));
  }
  for (const name of ["a", "web_1", "web-1.2+x", ".a", "0123456789abcde"])
    assert.equal(problems({ name, ip: "10.88.2.1" }), "");
});
