import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { birdMissing } from "../support/bird.ts";
import { cliOf } from "../support/cli.ts";
import { findGobgpd } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { scene } from "./scene.ts";

const found = await findGobgpd("3.10");
const skip = "missing" in found ? found.missing : ((await birdMissing()) ?? false);
const binary = "binary" in found ? found.binary : "";
const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

type Config = { service: Record<string, unknown>; bgp: Record<string, unknown> } & Record<string, unknown>;

// fault: bad-reload
test("SIGHUP: a bad config changes nothing, a good one only what it says; `health` tells how it is", {
  skip,
}, async (t) => {
  const { backend, bird, gobgpd, controller, announced, wire } = await scene(t);
  const { run } = cliOf(controller);
  const health = () => execa(process.execPath, [MAIN, "health"], { reject: false });
  const file = join(controller.folder, "config.json");
  const before = JSON.parse(await readFile(file, "utf8")) as Config;
  const reload = async (config: unknown, says: RegExp) => {
    const from = controller.lines.length;
    await writeFile(file, typeof config === "string" ? config : JSON.stringify(config));
    controller.signal("SIGHUP");
    return controller.says(says, from);
  };
  assert.deepEqual(await health().then(({ exitCode, stdout }) => [exitCode, stdout]), [
    1,
    "no bgp-lb runs in this network namespace",
  ]);
  await gobgpd.start(binary);
  controller.start();
  await announced();
  await until("ready", async () => (await health()).exitCode === 0);
  await until("proven", async () => (await health()).stdout === "1 of 1 VIP announced; 1 of 1 peer established");

  assert.match(
    await reload("{ not json", /^error the config is not reloaded/),
    /the one before stays: .*config\.json:1:3: not JSON/,
  );
  const bad = await run("reload");
  assert.deepEqual([bad.code, bad.out], [2, []]);
  assert.match(
    bad.err.join("\n"),
    /^bgp-lb: the config is not reloaded, the one before stays: .*config\.json:1:3: not JSON/,
  );
  assert.match((await health()).stdout, /; the config on disk cannot be used, the one before stays$/);
  assert.match((await run("status")).out.join("\n"), /config NOT reloaded at .*, the one before stays: .*not JSON/);
  const moved = { ...before, bgp: { ...before.bgp, gobgp: { address: "127.0.0.1:1" } } };
  assert.match(await reload(moved, /^error the config is not reloaded/), /bgp\.gobgp: .*restart bgp-lb/);

  const second = {
    name: "more",
    vips: ["10.88.2.2"],
    ports: [],
    healthchecks: [{ kind: "tcp", port: backend.port, rise: 1 }],
  };
  await reload({ ...before, services: [second] }, /^info config reloaded from .*VIPs 10\.88\.2\.1, 10\.88\.2\.2/);
  await until("the second VIP", () => wire().length === 2);
  assert.match((await run("status")).out.join("\n"), /, in force since/);
  assert.equal((await run("drain", "web", "mroe")).err[0], 'bgp-lb: there is no service "mroe": did you mean more?');
  assert.equal((await run("force", "down", "more")).code, 0);
  await until("it is withdrawn by word", () => wire().length === 3);
  assert.equal((await run("undrain", "more")).code, 0);
  await until("it is announced again", () => wire().length === 4);
  assert.equal(controller.lines.filter((line) => line.includes("service web is up")).length, 1, "its check went on");
  await until("both told", async () => (await health()).stdout.startsWith("2 of 2 VIPs announced"));

  assert.equal((await run("drain", "more", "-timeout", "1h")).code, 0);
  await writeFile(file, JSON.stringify({ ...before, services: [] }));
  const done = await run("reload");
  assert.equal(done.code, 0, done.err.join());
  assert.match(done.out[0] ?? "", /^config reloaded from .*VIPs 10\.88\.2\.1; /);
  await controller.says(/^info more is not in the config any more: what was said of it is forgotten/);
  await until("it is withdrawn", () => wire().at(-1) === "-10.88.2.2/32");
  controller.signal("SIGSTOP");
  assert.deepEqual(await health().then(({ exitCode, stdout }) => [exitCode, stdout]), [
    1,
    "the bgp-lb of this network namespace does not answer: it is stopped or hung",
  ]);
  controller.signal("SIGCONT");
  controller.signal("SIGTERM");
  assert.equal(await controller.ended(), 0);
  await until("the leave", () => wire().at(-1) === "-10.88.2.1/32");
  const more = ["+10.88.2.2/32", "-10.88.2.2/32", "+10.88.2.2/32", "+10.88.2.2/32", "-10.88.2.2/32"];
  assert.deepEqual(wire(), ["+10.88.2.1/32", ...more, "-10.88.2.1/32"]);
  assert.equal(bird.tap.opens, 1, "the session stood all the time");
});

// fault: reload-resets-sessions
test("a config that would cost a session that stands is refused, by SIGHUP and by command, until that is allowed; one that costs none is not", {
  skip,
}, async (t) => {
  const { bird, gobgpd, controller, announced, withdrawn, wire } = await scene(t);
  const { run } = cliOf(controller);
  const file = join(controller.folder, "config.json");
  const good = await readFile(file, "utf8");
  const before = JSON.parse(good) as { bgp: { peers: [{ as: number }] } } & Config;
  const peers = [{ ...before.bgp.peers[0], as: 64599 }];
  await gobgpd.start(binary);
  controller.start();
  await announced();

  await writeFile(file, JSON.stringify({ ...before, bgp: { ...before.bgp, peers } }));
  controller.signal("SIGHUP");
  const why =
    /the one before stays: peer 127\.0\.0\.2: AS 64513 is now 64599, so its session is lost; `bgp-lb reload -allow-session-reset`/;
  assert.match(await controller.says(/^error the config is not reloaded/), why);
  const refused = await run("reload");
  assert.deepEqual([refused.code, refused.out], [4, []]);
  assert.match(refused.err.join(), why);
  await writeFile(file, JSON.stringify({ ...before, bgp: { ...before.bgp, peers: [] } }));
  assert.match((await run("reload")).err.join(), /peer 127\.0\.0\.2: it is not in the config any more, so its session/);
  const told = (await run("status")).out.join("\n");
  assert.match(told, /; the config on disk would reset sessions, the one before stays$/m);
  assert.match(told, /config NOT reloaded at/);
  assert.deepEqual([bird.tap.opens, wire()], [1, ["+10.88.2.1/32"]], "nothing was touched");

  await writeFile(file, JSON.stringify({ ...before, bgp: { ...before.bgp, peers } }));
  const allowed = await run("reload", "-allow-session-reset");
  assert.equal(allowed.code, 0, allowed.err.join());
  await controller.says(/^warning peer 127\.0\.0\.2: AS 64513 is now 64599, so its session is lost/);
  await withdrawn();
  await writeFile(file, good);
  assert.equal((await run("reload")).code, 0, "there is no session that could be lost");
});
