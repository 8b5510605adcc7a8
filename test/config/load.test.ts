import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { effective } from "../../src/config/effective.ts";
import { loadConfig, parseConfig } from "../../src/config/load.ts";
import { dataplane, LOCAL, load, METRICS, PEERS, path, problems } from "./build.ts";

test("the original's example, unchanged, means what it meant", async () => {
  const { config, warnings } = await loadConfig(path("test/fixtures/config/original-example.json"), METRICS);
  const [matchbox] = config.services;
  assert.equal(config.mode, "managed");
  assert.deepEqual(config.identity, { as: 65512, routerId: "10.88.0.200", listenPort: -1 });
  assert.deepEqual(config.peers, [
    { address: "10.88.0.253", as: 65512, port: 179, holdTime: 90 },
    { address: "10.88.0.254", as: 65512, port: 179, holdTime: 90 },
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

test("a page at the port of the metrics is a warning, and at another one none", () => {
  const warned = (address: string) => load({ ip: "10.88.2.1" }, { page: { address } }).warnings;
  assert.deepEqual(warned("127.0.0.1:8081"), [
    "page.address: 8081 is also the port of -metrics-address: where both mean the same address, the page cannot listen; take another port",
  ]);
  assert.deepEqual([...warned("loopback"), ...warned("socket"), ...warned("off")], []);
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

test("a thousand services of two VIPs and two ports load", () => {
  const many = Array.from({ length: 1000 }, (_, n) => ({
    name: `s${n}`,
    interface: "lb",
    vips: [`10.${100 + (n >> 8)}.${n & 255}.1/24`, `2001:db8:1:${n.toString(16)}::1`],
    ports: [80, 443].map((port) => ({ servicePort: port, targetLocalPort: port + 8000, protocol: "tcp" })),
  }));
  assert.equal(dataplane(load(many).config).length, 4000);
});
