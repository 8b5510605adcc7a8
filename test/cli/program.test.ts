import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { execa } from "execa";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;
const CONFIG = new URL("../fixtures/config/original-example.json", import.meta.url).pathname;
const golden = (name: string) => readFile(new URL(`../golden/${name}`, import.meta.url), "utf8");

let directory = "";
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "bgp-lb-cli-"));
});
after(() => rm(directory, { recursive: true }));

/** The program as an operator runs it: exit code, stdout, stderr. */
async function bgpLb(...argv: string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [MAIN, ...argv], {
    reject: false,
    env: { RUNTIME_DIRECTORY: directory, NO_COLOR: "1" },
  });
  return { exitCode, stdout, stderr };
}

// After a change that is meant: UPDATE_GOLDEN=1 node --test test/cli/program.test.ts, and read the difference.
test("--help, of the program and of each command, is what the golden file shows", async () => {
  const texts: string[] = [];
  for (const argv of [
    ["--help"],
    ["check", "--help"],
    ["plan", "-h"],
    ["cleanup", "--help"],
    ["run", "--help"],
    ["guard", "--help"],
    ["health", "--help"],
    ["status", "--help"],
    ["why", "--help"],
    ["events", "--help"],
    ["drain", "--help"],
    ["undrain", "--help"],
    ["force", "--help"],
    ["reload", "--help"],
    ["doctor", "--help"],
    ["completion", "--help"],
    ["import", "--help"],
    ["version", "--help"],
  ]) {
    const { exitCode, stdout } = await bgpLb(...argv);
    assert.equal(exitCode, 0);
    texts.push(`$ bgp-lb ${argv.join(" ")}\n${stdout}\n`);
  }
  if (process.env["UPDATE_GOLDEN"] === "1")
    await writeFile(new URL("../golden/help.txt", import.meta.url), texts.join("\n"));
  assert.equal(texts.join("\n"), await golden("help.txt"));
});

test("check prints the effective config, which is itself a config with the same meaning", async () => {
  const first = await bgpLb("check", "-config", CONFIG);
  assert.equal(first.exitCode, 0);
  assert.match(first.stderr, /8081 is also the port of -metrics-address/);
  const file = join(directory, "effective.json");
  await writeFile(file, first.stdout);
  if (process.env["UPDATE_GOLDEN"] === "1")
    await writeFile(new URL("../golden/check.json", import.meta.url), first.stdout);
  assert.equal(first.stdout, await golden("check.json"));
  const second = await bgpLb("-config", file, "-metrics-address=off", "check");
  assert.deepEqual(second, { exitCode: 0, stdout: first.stdout, stderr: "" });
});

// fault: bad-config
test("what cannot be used ends with exit code 2, nothing on stdout and a line that says what to do", async () => {
  const cases: readonly [string[], RegExp][] = [
    [["chekc"], /"chekc" is not a command: did you mean check\?/],
    [
      ["-network-setup", "false"],
      /"false" is not a command: the value of a boolean flag goes with =, as in -network-setup=false/,
    ],
    [
      ["frobnicate"],
      /the commands are run, check, plan, cleanup, guard, health, status, why, events, drain, undrain, force, reload, doctor, completion, import, version/,
    ],
    [["-confg", "x"], /unknown option '--confg'[\s\S]*Did you mean --config\?/],
    [["-log-level", "loud"], /Allowed choices are debug, info, warning, error/],
    [["check", "-ipvs-setup=maybe"], /-ipvs-setup: must be true or false.*found "maybe"/],
    [["check", "-config"], /argument missing/],
    [["drain"], /which service\? bgp-lb drain SERVICE, or bgp-lb drain -all/],
    [["drain", "web", "-all"], /-all goes without names/],
    [["drain", "web", "-timeout", "5"], /-timeout: not a duration; would be right: "1s", "300ms", "2m"; found "5"/],
    [["drain", "-all=yes"], /-all: must be true or false/],
    [["undrain", "-wait", "web"], /unknown option '--wait/],
    [["force", "web"], /it is bgp-lb force up SERVICE, or bgp-lb force down SERVICE/],
    [["force", "up", "web", "-for", "0s"], /-for: must be longer than nothing/],
    [["why"], /which\? bgp-lb why SERVICE, or bgp-lb why VIP/],
    [["events", "-since", "soon"], /-since: neither a duration nor a time; would be right: "1h", .*found "soon"/],
    [["status", "-watch"], /-watch needs a terminal; bgp-lb events -follow tells/],
    [["reload", "web"], /reload takes no words, only flags; found "web"/],
    [
      ["import", "keepalived", "x"],
      /it is bgp-lb import exabgp FILE, or bgp-lb import anycast-healthchecker DIR \[FILE\]/,
    ],
    [["import", "exabgp", "/nowhere/x"], /\/nowhere\/x: cannot be read: ENOENT/],
    [["status", "-admin-socket", "off"], /-admin-socket off: without it no controller can be asked/],
    [
      ["check", "-config", join(directory, "absent.json")],
      /absent\.json: there is no such file; name the config file with -config FILE/,
    ],
    [["check", "-metrics-address", "nowhere"], /-metrics-address/],
    [["check", "-gobgp-address", "nowhere"], /-gobgp-address: must be gobgpd's gRPC address: .*found "nowhere"/],
  ];
  for (const [argv, message] of cases) {
    const { exitCode, stdout, stderr } = await bgpLb(...argv);
    assert.deepEqual([exitCode, stdout], [2, ""], argv.join(" "));
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n {4}at /, "no stack for an operator");
  }
});

test("a file that a check needs and that is not there is a fault of the config, before anything runs", async () => {
  const file = join(directory, "tls.json");
  const check = { kind: "http", port: 8443, scheme: "https", ca: "/nowhere/ca.pem" };
  const service = {
    name: "web",
    ip: "10.88.2.1",
    protocol: "tcp",
    ports: [{ servicePort: 443, targetLocalPort: 8443 }],
    healthchecks: [check],
  };
  await writeFile(
    file,
    JSON.stringify({ bgp: { peers: [], local: { routerID: "10.88.0.200", as: 65512, listenPort: -1 } }, service }),
  );
  const { exitCode, stdout, stderr } = await bgpLb("check", "-config", file);
  assert.deepEqual([exitCode, stdout], [2, ""]);
  assert.match(stderr, /service web: .*\/nowhere\/ca\.pem/);
});

// fault: admin-unreachable
test("where no controller can be asked, each command says why and ends with exit code 3", async () => {
  for (const argv of [
    ["status"],
    ["why", "web"],
    ["events"],
    ["drain", "web"],
    ["undrain", "-all"],
    ["force", "up", "web"],
    ["reload"],
  ]) {
    const { exitCode, stdout, stderr } = await bgpLb(...argv);
    assert.deepEqual([exitCode, stdout], [3, ""], argv.join(" "));
    assert.match(
      stderr,
      /^bgp-lb: the controller cannot be asked at .*admin\.sock: there is no such socket; is bgp-lb running here\?/,
    );
  }
});

test("import prints the config on stdout, what has no equal on stderr, and ends with 1 where something is missing", async () => {
  const from = (name: string) => new URL(`../fixtures/migrate/${name}`, import.meta.url).pathname;
  const whole = await bgpLb("import", "exabgp", from("exabgp.conf"));
  assert.equal(whole.exitCode, 1);
  assert.match(
    whole.stderr,
    /^to be written before it can be used:\n {2}bgp\.peers\[0\]\.passwordFile: .*there is no such/m,
  );
  assert.match(whole.stderr, /^note: dns: --fast-interval 0\.5: /m);
  const file = join(directory, "imported.json");
  await writeFile(file, whole.stdout);
  await writeFile(join(directory, "192.0.2.1.password"), "of the operator's own\n");
  assert.equal((await bgpLb("check", "-config", file)).exitCode, 0);
  const half = await bgpLb("import", "anycast-healthchecker", from("services.d"));
  assert.equal(half.exitCode, 1);
  assert.match(half.stderr, /^to be written before it can be used:\n {2}bgp\.local\.routerID: missing/m);
  assert.equal((JSON.parse(half.stdout) as { services: object[] }).services.length, 3);
});

test("a reader that has enough is no fault", async () => {
  const { stderr } = await execa("sh", ["-c", `"$0" "$1" --help | true`, process.execPath, MAIN]);
  assert.equal(stderr, "");
});

test("version", async () => {
  assert.match((await bgpLb("version")).stdout, /^bgp-lb \d+\.\d+\.\d+ \(Node v\d+/);
});
