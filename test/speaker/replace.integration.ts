import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import type { Address } from "../../src/core/address.ts";
import { birdMissing } from "../support/bird.ts";
import { freePort } from "../support/free-port.ts";
import { findGobgpd, gobgpdVersions } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { addPeer, announce, policy, Stage, start } from "./stage.ts";

const run = promisify(execFile);
const TOR = { address: "127.0.0.2" as Address, as: 64513 };
const VIP = "192.0.2.1/32";
const warnings: string[] = [];
process.on("warning", ({ message }) => warnings.push(message));
const found = await Promise.all(gobgpdVersions().map(findGobgpd));
const binaries = found.flatMap((gobgpd) => ("binary" in gobgpd ? gobgpd.binary : []));
const missing = found.flatMap((gobgpd) => ("missing" in gobgpd ? gobgpd.missing : []));

// fault: gobgpd-replaced
test("each gobgpd replaced by the next, of either generation, under a speaker that lives on", {
  skip: missing.join("; ") || ((await birdMissing()) ?? false),
}, async (t) => {
  const stage = await Stage.set(t);
  const bird = await stage.bird(TOR);
  stage.speaker.start();
  const order = [...binaries, ...binaries.toReversed()];
  for (const [index, binary] of order.entries()) {
    await stage.gobgpd.start(binary);
    await stage.event("up", index + 1);
    assert.equal((await stage.observe()).identity, undefined);
    await stage.must(start(), policy, announce(VIP), addPeer(bird.peer));
    await until("our route at BIRD", async () => (await bird.routes()).length === 1);
    await stage.gobgpd.kill();
    await until("the speaker to notice", () => stage.events.at(-1)?.kind === "down");
    await until("no route at BIRD", async () => (await bird.routes()).length === 0);
  }
  const versions = stage.events.flatMap((event) => (event.kind === "up" ? event.version : []));
  const expected = gobgpdVersions().map((version) => (version.startsWith("3.") ? "GoBGP 3" : "GoBGP 4"));
  assert.deepEqual(versions, [...expected, ...expected.toReversed()]);
  assert.equal(bird.tap.changes.length, order.length, "one UPDATE a life");
});

for (const version of gobgpdVersions()) {
  const gobgpd = await findGobgpd(version);
  const skip = "missing" in gobgpd ? gobgpd.missing : !(await hasOpenssl()) && "no openssl: apt-get install openssl";
  const binary = "binary" in gobgpd ? gobgpd.binary : "";

  // fault: gobgpd-tls
  test(`gobgpd ${version}: over TCP and TLS; without or with the wrong authority it says what to check`, {
    skip,
  }, async (t) => {
    const { folder, ca, otherCa } = await certificates(t);
    const at = `127.0.0.1:${await freePort("127.0.0.1")}`;
    const flags = ["--tls", "--tls-cert-file", `${folder}/server.pem`, "--tls-key-file", `${folder}/server.key`];
    const stage = await Stage.set(t, at, { ca });
    await stage.up(binary, ...flags);
    await stage.must(start(), policy, announce(VIP));
    assert.deepEqual(await stage.held(), [VIP]);
    const stranger = Stage.over(stage.gobgpd, t, { ca: otherCa });
    await stranger.event("down");
    assert.match(stranger.reason, /TLS failed \(.*certificate.*\); check the ca, cert and key of bgp\.gobgp/);
    const plain = Stage.over(stage.gobgpd, t);
    await plain.event("down");
    assert.match(plain.reason, /cannot be reached/);
    assert.deepEqual(warnings, [], "Node says nothing about an IP address as a server's name");
  });

  test(`gobgpd ${version}: a certificate for another address is refused`, {
    skip,
  }, async (t) => {
    const { folder, ca } = await certificates(t, "127.0.0.9");
    const at = `127.0.0.1:${await freePort("127.0.0.1")}`;
    const flags = ["--tls", "--tls-cert-file", `${folder}/server.pem`, "--tls-key-file", `${folder}/server.key`];
    const stage = await Stage.set(t, at, { ca });
    await stage.gobgpd.start(binary, ...flags);
    stage.speaker.start();
    await stage.event("down");
    assert.match(
      stage.reason,
      /TLS failed \(.*127\.0\.0\.1.*127\.0\.0\.9.*\); check the ca, cert and key of bgp\.gobgp/,
    );
    assert.equal(stage.count("up"), 0);
  });

  // gobgpd knows client certificates from 3.13 on.
  if (version === "3.10") continue;
  test(`gobgpd ${version}: with a client certificate, which it demands`, { skip }, async (t) => {
    const { folder, ca, otherCa, otherKey } = await certificates(t);
    const at = `127.0.0.1:${await freePort("127.0.0.1")}`;
    const server = ["--tls", "--tls-cert-file", `${folder}/server.pem`, "--tls-key-file", `${folder}/server.key`];
    const stage = await Stage.set(t, at, { ca, cert: otherCa, key: otherKey });
    await stage.up(binary, ...server, "--tls-client-ca-file", `${folder}/other.pem`);
    await stage.must(start(), policy, announce(VIP));
    const stranger = Stage.over(stage.gobgpd, t, { ca });
    await stranger.event("down");
    assert.match(stranger.reason, /cannot be reached/);
    assert.equal(stranger.count("up"), 0);
  });
}

interface Certificates {
  readonly folder: string;
  readonly ca: Buffer;
  readonly otherCa: Buffer;
  readonly otherKey: Buffer;
}

/** Two authorities, each with a certificate for the address; the first one's is the server's. */
async function certificates(t: TestContext, address = "127.0.0.1"): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), "bgp-lb-test-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const name of ["server", "other"])
    await run("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
      ...["-subj", "/CN=gobgpd", "-addext", `subjectAltName=IP:${address}`],
      ...["-keyout", `${folder}/${name}.key`, "-out", `${folder}/${name}.pem`],
    ]);
  const [ca, otherCa, otherKey] = await Promise.all(
    ["server.pem", "other.pem", "other.key"].map((name) => readFile(join(folder, name))),
  );
  assert.ok(ca !== undefined && otherCa !== undefined && otherKey !== undefined);
  return { folder, ca, otherCa, otherKey };
}

async function hasOpenssl(): Promise<boolean> {
  return run("openssl", ["version"]).then(
    () => true,
    () => false,
  );
}
