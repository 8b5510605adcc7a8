import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { render, renderJson } from "../../src/cli/doctor.ts";
import { examine } from "../../src/doctor/examine.ts";
import type { Facts } from "../../src/doctor/facts.ts";
import { worst } from "../../src/doctor/finding.ts";
import { ip } from "../support/world.ts";
import { BARE, BROKEN, configFacts, HEALTHY, link, listener, withPeer } from "./facts.ts";

const GOLDEN = new URL("../golden/doctor.txt", import.meta.url);
const PIPE = { columns: undefined, colour: false };
const said = (facts: Facts, about: string) =>
  examine(facts)
    .filter((finding) => finding.about === about)
    .map(({ verdict, says }) => `${verdict}: ${says}`);
const listening = (...listeners: Facts["listeners"]): Facts => ({ ...HEALTHY, listeners });

// After a change that is meant: UPDATE_GOLDEN=1 node --test test/doctor/examine.test.ts, and read the difference.
test("what doctor says of a good host, of a bare one and of a broken one, plain and as JSON", async () => {
  const texts = Object.entries({ HEALTHY, BARE, BROKEN }).map(
    ([name, facts]) => `## ${name}\n${render(examine(facts), PIPE)}`,
  );
  texts.push(`## BROKEN, in a terminal\n${render(examine(BROKEN), { columns: 80, colour: true })}`);
  const json = renderJson(examine(BROKEN)).replace(/"version": ".*"/, '"version": "VERSION"');
  const all = `${texts.join("\n")}\n## BROKEN -json\n${json}`;
  if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(GOLDEN, all);
  assert.equal(all, await readFile(GOLDEN, "utf8"));
});

test("the whole is as bad as its worst line, and what could not be looked at is no fault", () => {
  assert.equal(worst(examine(HEALTHY)), "ok");
  assert.equal(worst(examine(BROKEN)), "fail");
  assert.equal(worst(examine({ ...HEALTHY, clockSynchronised: undefined })), "unknown");
  assert.equal(worst(examine({ ...HEALTHY, clockSynchronised: false })), "warn");
});

test("whatever is not right has a remedy, and what is right has none", () => {
  for (const facts of [HEALTHY, BARE, BROKEN])
    for (const { about, verdict, remedy } of examine(facts))
      assert.equal(remedy !== undefined, verdict === "warn" || verdict === "fail", about);
});

test("the page's port is looked at as that of metrics is", () => {
  const config = configFacts({ page: { address: "127.0.0.1:8082" } });
  const on = (...listeners: Facts["listeners"]): Facts => ({
    ...HEALTHY,
    listeners,
    wanted: { ...HEALTHY.wanted, config },
  });
  const page = (facts: Facts) => said(facts, "port of the page");
  assert.deepEqual(page(HEALTHY), []);
  assert.deepEqual(page(on()), ["ok: tcp 8082 is free"]);
  assert.deepEqual(page(on(listener("tcp", "0.0.0.0", 8082, "java", 900))), [
    "fail: tcp 0.0.0.0:8082 is taken by java (process 900)",
  ]);
  assert.deepEqual(page(on(listener("tcp", "127.0.0.1", 8082, "node", 700))), [
    "ok: tcp 8082 is the running controller's",
  ]);
});

test("a gobgpd that is to be started is the one whose unit is here: Debian's own would put the package's out", () => {
  const speaker = { reached: false, reason: "nothing listens there", unit: "bgp-lb-gobgpd" } as const;
  const [found] = examine({ ...HEALTHY, speaker }).filter(({ about }) => about === "gobgpd");
  assert.match(found?.remedy ?? "", /^start it \(systemctl start bgp-lb-gobgpd\), or /);
});

test("a service that listens on 127.0.0.1 alone is found, although a check there passes", () => {
  const local = listening(listener("tcp", "127.0.0.1", 8080, "nginx", 800));
  assert.match(said(local, "target of web")[0] ?? "", /^fail: nginx \(process 800\) listens on 127\.0\.0\.1:8080 only/);
  const four = listening(listener("tcp", "0.0.0.0", 8080, "nginx", 800));
  assert.deepEqual(
    said(four, "target of web").map((line) => line.split(":")[0]),
    ["ok", "fail"],
    "0.0.0.0 hears no IPv6",
  );
  assert.match(said(listening(), "target of web")[0] ?? "", /^warn: nobody listens on tcp 10\.88\.0\.200:8080/);
});

test("a port is no collision where the one who holds it is the one who should", () => {
  assert.match(said(HEALTHY, "port of metrics")[0] ?? "", /^ok: tcp 8081 is the running controller's/);
  const other = listening(listener("tcp", "0.0.0.0", 8081, "java", 701));
  assert.match(said(other, "port of metrics")[0] ?? "", /^fail: tcp 0\.0\.0\.0:8081 is taken by java \(process 701\)/);
  const elsewhere: Facts = { ...other, wanted: { ...other.wanted, metrics: { host: "::1", port: 8081 } } };
  assert.match(said(elsewhere, "port of metrics")[0] ?? "", /^ok: tcp 8081 is free/);
});

test("the loopback's API of gobgpd is not open, nor is one with TLS", () => {
  const open = listener("tcp", "0.0.0.0", 50051, "gobgpd");
  assert.match(said(listening(open), "gobgpd API")[0] ?? "", /^warn: listens on 0\.0\.0\.0:50051/);
  assert.match(said(listening(listener("tcp", "127.0.0.1", 50051, "gobgpd")), "gobgpd API")[0] ?? "", /^ok/);
  const other = listener("tcp", "0.0.0.0", 50051, "java");
  assert.match(said(listening(other), "gobgpd API")[0] ?? "", /^ok/, "somebody else's port");
  const mode: Facts = { ...HEALTHY, speaker: { reached: true, generation: "GoBGP 3", state: undefined, mode: "666" } };
  assert.match(said(mode, "gobgpd API")[0] ?? "", /^warn: \/run\/gobgp\/api\.sock has mode 666/);
});

test("strict rp_filter is a fault with several links only, and the larger of all and the link's own counts", () => {
  const two = [...(HEALTHY.links ?? []), link("eth1", ["192.0.2.9/24"])];
  const filter = (all: string, eth0: string, links = two): Facts => ({
    ...HEALTHY,
    links,
    sysctls: { ...HEALTHY.sysctls, "net.ipv4.conf.all.rp_filter": all, "net.ipv4.conf.eth0.rp_filter": eth0 },
  });
  assert.match(said(filter("0", "1"), "sysctl rp_filter")[0] ?? "", /^warn: 1 \(strict\) on eth0:/);
  assert.match(said(filter("1", "2"), "sysctl rp_filter")[0] ?? "", /^warn: 1 \(strict\) on eth1:/);
  assert.match(said(filter("2", "1"), "sysctl rp_filter")[0] ?? "", /^ok/);
  assert.match(said(filter("1", "1", [...(HEALTHY.links ?? [])]), "sysctl rp_filter")[0] ?? "", /^ok: 1 \(strict\)/);
});

test("ARP matters where a VIP lies in a link's own subnet", () => {
  const links = [link("eth0", ["10.88.2.7/24", "10.88.0.200/24"])];
  const arp = (value: string): Facts => ({
    ...HEALTHY,
    links,
    sysctls: { ...HEALTHY.sysctls, "net.ipv4.conf.all.arp_ignore": value, "net.ipv4.conf.all.arp_announce": "2" },
  });
  assert.match(said(arp("0"), "sysctl arp_ignore")[0] ?? "", /^warn: 0 on eth0, whose subnet has the VIP 10\.88\.2\.1/);
  assert.match(said(arp("1"), "sysctl arp_ignore")[0] ?? "", /^ok/);
  assert.match(said(arp("0"), "sysctl arp_announce")[0] ?? "", /^ok/);
});

test("ping needs the capability, or a group in ping_group_range", () => {
  const pings = (groups: readonly number[], range: string): Facts => ({
    ...HEALTHY,
    rights: { ...HEALTHY.rights, capabilities: 1n << 12n, groups },
    sysctls: { ...HEALTHY.sysctls, "net.ipv4.ping_group_range": range },
  });
  const about = "capability CAP_NET_RAW";
  assert.match(said(pings([998], "1 0"), about)[0] ?? "", /^fail/);
  assert.match(said(pings([998], "0 2147483647"), about)[0] ?? "", /^ok: is not needed/);
  assert.match(said(pings([998], "1000 2000"), about)[0] ?? "", /^fail/);
  const config = configFacts({ services: [] });
  assert.deepEqual(said({ ...HEALTHY, wanted: { ...HEALTHY.wanted, config } }, about), []);
});

test("without a lease a missing guard is no fault", () => {
  const config = configFacts({ lease: "0s" });
  const facts: Facts = { ...HEALTHY, guard: undefined, wanted: { ...HEALTHY.wanted, config } };
  assert.match(said(facts, "guard")[0] ?? "", /^ok: is not used/);
  assert.match(said({ ...HEALTHY, guard: undefined }, "guard")[0] ?? "", /^warn: is off/);
});

// fault: peer-signed-one-sidedly
test("a session that does not stand while the kernel drops packets by their signature or TTL is told with what to compare", () => {
  const found = (terms: object, drops: Facts["kernel"]["drops"], session?: "active" | "established") => {
    const peer = { address: ip("10.88.0.253"), as: 65512, port: 179, session: session ?? "active" } as const;
    const { speaker } = HEALTHY;
    const state = speaker.reached && speaker.state && { ...speaker.state, peers: new Map([[peer.address, peer]]) };
    const facts = {
      ...HEALTHY,
      wanted: { ...HEALTHY.wanted, config: withPeer(terms) },
      kernel: { ...HEALTHY.kernel, drops },
      speaker: { ...speaker, state } as Facts["speaker"],
    };
    const text = JSON.stringify(examine(facts));
    assert.ok(!text.includes("s3cret"));
    const [first] = examine(facts).filter(({ about }) => about === "session 10.88.0.253");
    return first === undefined ? undefined : `${first.says}; ${first.remedy}`;
  };
  const signed = { passwordFile: "router.password" };
  assert.match(
    found(signed, { TCPMD5Failure: 3 }) ?? "",
    /another signature than .* \(TCPMD5Failure 3, TCPMD5NotFound 0\); .*compare the router's with \/etc\/bgp-lb\/router\.password$/,
  );
  assert.match(
    found({}, { TCPMD5Unexpected: 1 }) ?? "",
    /signed packets .*; if the router has a password .*passwordFile/,
  );
  assert.match(found({ ttlSecurity: 1 }, { TCPMinTTLDrop: 1, TCPMD5Unexpected: 1 }) ?? "", /too many hops/);
  assert.deepEqual(
    [found(signed, {}), found(signed, { TCPMD5Unexpected: 1 }), found(signed, { TCPMD5Failure: 3 }, "established")],
    [undefined, undefined, undefined],
  );
});

test("a password wants a kernel that can sign, and a file that not every user may read", () => {
  const config = withPeer({ passwordFile: "router.password" });
  const facts: Facts = { ...HEALTHY, wanted: { ...HEALTHY.wanted, config }, kernel: { ...HEALTHY.kernel, md5: false } };
  assert.match(
    said(facts, "TCP-MD5")[0] ?? "",
    /^fail: .*without CONFIG_TCP_MD5SIG, and peer 10\.88\.0\.253 has a password$/,
  );
  assert.match(
    said(facts, "config").join("\n"),
    /^warn: bgp\.peers\[0\]\.passwordFile: "router\.password" has mode 0644, so every user .*chmod 640 it/m,
  );
});
