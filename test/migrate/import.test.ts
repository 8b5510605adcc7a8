import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { parseConfig } from "../../src/config/load.ts";
import { importAnycast } from "../../src/migrate/anycast.ts";
import { importExabgp } from "../../src/migrate/exabgp.ts";

const folder = new URL("../fixtures/migrate/", import.meta.url);
const text = (name: string) => readFileSync(new URL(name, folder), "utf8");

/** The config as the command prints it. After a change that is meant: UPDATE_GOLDEN=1, and read the difference. */
function golden(name: string, draft: object): void {
  const file = new URL(`../golden/${name}`, import.meta.url);
  const written = `${JSON.stringify(draft, undefined, 2)}\n`;
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, written);
  assert.equal(written, readFileSync(file, "utf8"));
}

const nothing = (path: string): string => assert.fail(`nobody asked for ${path}`);

test("an exabgp.conf becomes a config that bgp-lb takes as it is", () => {
  const draft = importExabgp(text("exabgp.conf"), "exabgp.conf", nothing);
  golden("import-exabgp.json", draft);
  const readFile = () => ({ bytes: new TextEncoder().encode("of the operator's own\n"), mode: 0o640 });
  const { config } = parseConfig(JSON.stringify(draft), "imported", { readFile });
  assert.throws(
    () => parseConfig(JSON.stringify(draft), "imported"),
    /passwordFile: .* there is no such file: write it/,
  );
  assert.deepEqual(
    config.services.map(({ service }) => service.name),
    ["web", "dns"],
  );
  assert.ok(!JSON.stringify(draft).includes("not to be shown"), "no password leaves the file that it is in");
});

test("the services of anycast-healthchecker become a config that lacks only BGP", () => {
  const files = readdirSync(new URL("services.d", folder)).sort();
  const draft = importAnycast(
    { file: "services.conf", text: text("services.conf") },
    files.map((file) => ({ file, text: text(`services.d/${file}`) })),
  );
  golden("import-anycast.json", draft);
  const local = { routerID: "192.0.2.11", as: 65010, nextHop: { ipv6: "2001:db8::11" } };
  const whole = { ...draft, bgp: { peers: [{ address: "192.0.2.1", as: 65000 }], local } };
  assert.equal(parseConfig(JSON.stringify(whole), "imported").config.services.length, 3);
});

test("a file of ExaBGP's healthcheck alone: one service, and what has to be written", () => {
  const file =
    "# haproxy\ndebug\nname = haproxy\ninterval = 10\nfast-interval = 1\ncommand = curl -sf http://127.0.0.1/?a=b\nip = 203.0.113.10\n";
  const { services, bgp, $comment } = importExabgp(file, "haproxy.conf", nothing);
  assert.deepEqual(services[0]?.healthchecks, [
    {
      kind: "exec",
      command: ["sh", "-c", "curl -sf http://127.0.0.1/?a=b"],
      interval: "10s",
      timeout: "5s",
      rise: 3,
      fall: 3,
    },
  ]);
  assert.deepEqual([services[0]?.name, bgp.peers], ["haproxy", []]);
  assert.match($comment.join("\n"), /says nothing of BGP/);
});

test("--config is read, and what stands on the command line wins", () => {
  const conf = "process a { run exabgp healthcheck --config hc.conf --rise 7; }";
  const { services } = importExabgp(conf, "exabgp.conf", (path) => {
    assert.equal(path, "hc.conf");
    return "rise = 2\nip = 203.0.113.9\ncommand = true";
  });
  assert.deepEqual(services[0]?.vips, ["203.0.113.9"]);
  assert.equal(services[0]?.healthchecks[0]?.rise, 7);
});

test("ExaBGP 3's process in a neighbor, a group, a quoted command line, and no semicolons", () => {
  const conf = `group all {\n local-as 1\n router-id 192.0.2.9\n neighbor 192.0.2.1\n {\n peer-as 2\n process x { run "python healthcheck.py --ip 203.0.113.1 --cmd 'test -e /a b'" }\n }\n}`;
  const draft = importExabgp(conf, "x", nothing);
  assert.deepEqual(draft.bgp, {
    peers: [{ address: "192.0.2.1", as: 2 }],
    local: { routerID: "192.0.2.9", as: 1, listenPort: -1 },
  });
  assert.deepEqual(draft.services[0]?.healthchecks[0]?.command, ["sh", "-c", "test -e /a b"]);
});

test("what a neighbor is held to: hold time, TTLs and a password, which stays where it is", () => {
  const peer = (settings: string) => {
    const conf = `process a { run exabgp healthcheck --ip 203.0.113.9 --cmd true; }\nneighbor 2001:db8::1 {\nlocal-as 1;\npeer-as 2;\n${settings}\n}`;
    const { bgp, $comment } = importExabgp(conf, "exabgp.conf", nothing);
    const { address: _, as: __, ...terms } = bgp.peers[0] ?? assert.fail();
    return [terms, $comment.join("\n")] as const;
  };
  assert.deepEqual(peer("hold-time 3; outgoing-ttl 255;"), [{ holdTime: 3, multihop: 255 }, ""]);
  assert.deepEqual(peer("incoming-ttl 255; outgoing-ttl 255;"), [{ ttlSecurity: 1 }, ""]);
  assert.deepEqual(peer("peer-as 1; outgoing-ttl 5;"), [{}, ""], "iBGP goes over any number of hops");
  assert.deepEqual(peer("incoming-ttl 250; outgoing-ttl 9;")[0], { ttlSecurity: 6 });
  assert.match(peer("incoming-ttl 250; outgoing-ttl 9;")[1], /^exabgp\.conf:5: outgoing-ttl: beside ttlSecurity/);
  assert.match(peer("hold-time 0; outgoing-ttl 2;")[1], /^exabgp\.conf:5: hold-time: gobgpd cannot be told/);
  assert.match(peer("hold-time 9;")[1], /a peer that is not on the same network needs multihop$/);
  const [terms, said] = peer('md5-password "s3cret"; md5-base64 true; outgoing-ttl 1;');
  assert.deepEqual(terms, { passwordFile: "2001-db8--1.password" });
  assert.match(
    said,
    /^exabgp\.conf:5: md5-password: .* with install -m 640 -g bgp-lb \/dev\/stdin 2001-db8--1\.password/,
  );
  assert.match(said, /md5-base64: .* base64 -d/);
  assert.doesNotMatch(said, /s3cret/);
});

test("what cannot be understood names its file and line", () => {
  const cases: readonly [string, RegExp][] = [
    ["neighbor 192.0.2.1 {\n peer-as 1;\n", /^exabgp\.conf:1: \{ has no \}$/],
    ["process x { run exabgp healthcheck; }\n}\n", /^exabgp\.conf:2: \} without its \{$/],
    ['process x {\n run exabgp healthcheck --cmd "oh;\n}', /^exabgp\.conf:2: a quote " has no end$/],
    ["process x { run exabgp healthcheck --rise; }", /^exabgp\.conf:1: process x: --rise has no value$/],
    ["process x { run exabgp healthcheck --rise two; }", /--rise must be a number; found "two"/],
    ["process x { run other; }", /no process runs ExaBGP's healthcheck/],
  ];
  for (const [conf, message] of cases)
    assert.throws(() => importExabgp(conf, "exabgp.conf", nothing), { message }, conf);
  const bad: readonly [string, RegExp][] = [
    ["nothing", /^web\.conf:1: must be \[SECTION\], or KEY = VALUE below one; found "nothing"$/],
    ["[a]\ncheck_disabled = off\ncheck_fail = x", /^web\.conf: \[a\]: check_fail must be a number; found "x"$/],
    ["[a]\ncheck_disabled = maybe", /check_disabled must be true or false; found "maybe"/],
    ["[a]\ncheck_disabled = off\ncheck_cmd = 'x", /check_cmd: a quote ' has no end/],
    ["", /no service in web\.conf/],
  ];
  for (const [file, message] of bad)
    assert.throws(() => importAnycast(undefined, [{ file: "web.conf", text: file }]), { message }, file);
});
