import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Config, Loaded } from "../../src/config/config.ts";
import { effective } from "../../src/config/effective.ts";
import { loadConfig, parseConfig } from "../../src/config/load.ts";
import { virtualServiceKey } from "../../src/core/service.ts";

const METRICS = { metricsAddress: { port: 8081 } };
const CHECKS = [{ kind: "tcp", port: 8080 }];
const LOCAL = { routerID: "10.88.0.200", as: 65512, nextHop: { ipv6: "2001:db8::200" } };
const PEERS = [{ address: "10.88.0.253", as: 65512 }];

function path(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}

function load(services: object | readonly object[], rest: object = {}): Loaded {
  const all = (Array.isArray(services) ? services : [services]).map((one, index) => ({
    name: `s${index}`,
    healthchecks: CHECKS,
    ...one,
  }));
  return parseConfig(
    JSON.stringify({ bgp: { local: LOCAL, peers: PEERS }, services: all, ...rest }),
    "/etc/bgp-lb/config.json",
    METRICS,
  );
}

function problems(services: object | readonly object[], rest: object = {}): string {
  try {
    load(services, rest);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

/** `tcp 10.88.2.1:80 rr -> 10.88.0.200:8080 masquerade 1` */
function dataplane({ services }: Config): string[] {
  return services.flatMap(({ service }) =>
    service.virtualServices.map((one) => {
      const servers = one.realServers.map((to) => `${to.address}:${to.port} ${to.forwarding} ${to.weight}`);
      return `${virtualServiceKey(one)} ${[one.scheduler, ...one.flags].join(" ")} -> ${servers.join(", ")}`;
    }),
  );
}

test("the original's example, unchanged, means what it meant", async () => {
  const { config, warnings } = await loadConfig(path("test/fixtures/config/original-example.json"), METRICS);
  const [matchbox] = config.services;
  assert.equal(config.mode, "managed");
  assert.deepEqual(config.identity, { as: 65512, routerId: "10.88.0.200", listenPort: -1 });
  assert.deepEqual(config.peers, [
    { address: "10.88.0.253", as: 65512, port: 179 },
    { address: "10.88.0.254", as: 65512, port: 179 },
  ]);
  assert.equal(matchbox?.service.link, "matchbox");
  assert.deepEqual(matchbox?.service.vips, [{ address: "10.88.2.1", prefixLength: 32 }]);
  assert.deepEqual(dataplane(config), [
    "tcp 10.88.2.1:80 rr -> 10.88.0.200:8080 masquerade 1",
    "tcp 10.88.2.1:443 rr -> 10.88.0.200:8081 masquerade 1",
  ]);
  assert.partialDeepStrictEqual(matchbox?.checks, [
    {
      kind: "http",
      host: "127.0.0.1",
      port: 8080,
      path: "",
      scheme: "http",
      followRedirects: true,
      expectStatus: ["200-299"],
    },
  ]);
  assert.partialDeepStrictEqual(matchbox?.checks, [{ interval: 1000, timeout: 3000, rise: 1, fall: 1 }]);
  assert.deepEqual(warnings, [
    "service.ports[1].targetLocalPort: 8081 is also the port of -metrics-address on this host: " +
      "one of the two cannot listen; change -metrics-address, or turn it off with -metrics-address off",
  ]);
});

test("config-example.json can be used as it is, and holds the original's example", async () => {
  const { config } = await loadConfig(path("config-example.json"));
  const original = await loadConfig(path("test/fixtures/config/original-example.json"));
  assert.deepEqual(config.services[0], original.config.services[0]);
  assert.deepEqual([config.identity, config.peers], [original.config.identity, original.config.peers]);
  assert.deepEqual(dataplane(config).slice(2), [
    "udp 10.88.2.53:53 rr -> 10.88.0.200:5353 masquerade 1",
    "tcp 10.88.2.53:53 rr -> 10.88.0.200:5353 masquerade 1",
    "udp [2001:db8:88:2::53]:53 rr -> 2001:db8:88::200:5353 masquerade 1",
    "tcp [2001:db8:88:2::53]:53 rr -> 2001:db8:88::200:5353 masquerade 1",
  ]);
});

test("what the original left to defaults", () => {
  const read = (local: object) =>
    parseConfig(JSON.stringify({ bgp: { local: { ...LOCAL, ...local }, peers: PEERS }, services: [] }), "c").config
      .identity?.listenPort;
  assert.deepEqual(
    [read({}), read({ listenPort: 0 }), read({ listenPort: -1 }), read({ listenPort: 1790 })],
    [179, 179, -1, 1790],
  );
  const { checks } =
    load({ ip: "10.88.2.1", healthchecks: [], pinghealthcheck: { addresses: ["1.1.1.1"] } }).config.services[0] ?? {};
  assert.deepEqual(checks, [{ kind: "ping", addresses: ["1.1.1.1"], interval: 1000, timeout: 3000, rise: 1, fall: 1 }]);
});

test("keys in another case and null are taken as Go took them, with a warning", () => {
  const text = `{ "BGP": { "Local": { "routerid": "10.88.0.200", "AS": 65512, "listenPort": null }, "peers": [{ "address": "10.88.0.253", "as": 1 }] },
    "service": { "Name": "web", "IP": "10.88.2.1", "httpHealthCheck": { "port": 80 }, "protocol": null } }`;
  const { config, warnings } = parseConfig(text, "c");
  assert.equal(config.identity?.listenPort, 179);
  assert.equal(config.services[0]?.checks.length, 1);
  assert.deepEqual(warnings, [
    'BGP: the key is written "bgp"; letter case is overlooked here',
    'bgp.Local: the key is written "local"; letter case is overlooked here',
    'bgp.local.routerid: the key is written "routerID"; letter case is overlooked here',
    'bgp.local.AS: the key is written "as"; letter case is overlooked here',
    "bgp.local.listenPort: null is read as if the key were not there",
    'service.Name: the key is written "name"; letter case is overlooked here',
    'service.IP: the key is written "ip"; letter case is overlooked here',
    'service.httpHealthCheck: the key is written "httphealthcheck"; letter case is overlooked here',
    "service.protocol: null is read as if the key were not there",
  ]);
});

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

test("both of the original's checks: http wins, with a warning; checks of ours come with it", () => {
  const { config, warnings } = load({
    ip: "10.88.2.1",
    httphealthcheck: { port: 1 },
    pinghealthcheck: { addresses: ["::1"] },
  });
  assert.deepEqual(
    config.services[0]?.checks.map((one) => one.kind),
    ["http", "tcp"],
  );
  assert.deepEqual(warnings, [
    "services[0].pinghealthcheck: left unused, because httphealthcheck is there too and wins",
  ]);
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

test("TLS files are relative to the config file; what effective() prints is absolute", () => {
  const gobgp = { address: "gobgp.example:50051", tls: { ca: "ca.pem", cert: "/x/cert.pem", key: "../key.pem" } };
  const { config } = load([], { bgp: { local: LOCAL, peers: PEERS, gobgp } });
  assert.deepEqual(config.gobgp.tls, { ca: "/etc/bgp-lb/ca.pem", cert: "/x/cert.pem", key: "/etc/key.pem" });
  assert.partialDeepStrictEqual(effective(config), { bgp: { gobgp: { tls: { ca: "/etc/bgp-lb/ca.pem" } } } });
});

test("addresses of gobgpd's API", () => {
  const read = (address: string) => problems([], { bgp: { local: LOCAL, peers: PEERS, gobgp: { address } } });
  for (const address of ["127.0.0.1:50051", "[::1]:1", "localhost:50051", "unix:///run/gobgp/api.sock"])
    assert.equal(read(address), "");
  for (const address of [
    "127.0.0.1",
    "::1:50051",
    "[127.0.0.1]:1",
    "localhost:0",
    "localhost:65536",
    "unix:/x",
    "unix:///",
    "dns:///a:1",
    "a b:1",
    ":1",
    "1.2.3:1",
  ]) {
    assert.match(read(address), /bgp.gobgp.address: must be gobgpd's gRPC address/, address);
  }
});

test("durations", () => {
  const { config } = load([], { withdrawHold: "0s", reconcileInterval: "1.5m" });
  assert.deepEqual([config.withdrawHold, config.reconcileInterval], [0, 90_000]);
  assert.partialDeepStrictEqual(effective(config), { withdrawHold: "0s", reconcileInterval: "90s" });
});

test("a Config cannot be changed, at any depth", () => {
  const { config } = load({ ip: "10.88.2.1" });
  assert.throws(() => Object.assign(config.services[0]?.service.vips[0] ?? {}, { prefixLength: 1 }), TypeError);
});

test("a byte order mark and Windows line ends are no problem", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "bgp-lb-config-"));
  t.after(() => rm(directory, { recursive: true }));
  const file = join(directory, "config.json");
  await writeFile(file, `\uFEFF{\r\n"bgp": { "local": ${JSON.stringify(LOCAL)} },\r\n"services": [] }\r\n`);
  assert.equal((await loadConfig(file)).config.identity?.as, 65512);
});

test("a thousand services load in well under the time of a health check", () => {
  const many = Array.from({ length: 1000 }, (_, n) => ({
    name: `s${n}`,
    interface: "lb",
    vips: [`10.${100 + (n >> 8)}.${n & 255}.1/24`, `2001:db8:1:${n.toString(16)}::1`],
    ports: [80, 443].map((port) => ({ servicePort: port, targetLocalPort: port + 8000, protocol: "tcp" })),
  }));
  assert.equal(dataplane(load(many).config).length, 4000);
});
