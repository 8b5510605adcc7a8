import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { StatusDocument } from "../../src/admin/api.ts";
import { birdMissing } from "../support/bird.ts";
import { cliOf } from "../support/cli.ts";
import { findGobgpd, gobgpdVersions } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { scene } from "./scene.ts";

const noBird = await birdMissing();
const VIP = "10.88.2.1/32";
const WORSE = ["med 1000000", "communities 65535:0"];
const UNTIL = String.raw`until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;

for (const version of gobgpdVersions()) {
  const found = await findGobgpd(version);
  const skip = "missing" in found ? found.missing : (noBird ?? false);
  const binary = "binary" in found ? found.binary : "";

  // fault: drain-then-crash
  test(`gobgpd ${version}: a drain is one UPDATE with community and MED, a restart keeps it, and undrain announces again`, {
    skip,
  }, async (t) => {
    const { gobgpd, bird, controller, announced, withdrawn, wire } = await scene(t);
    const { run } = cliOf(controller);
    const status = async () => JSON.parse((await run("status", "-json")).out.join("\n")) as StatusDocument;
    await gobgpd.start(binary);
    controller.start();
    await announced();
    const drained = await run("drain", "web", "-timeout", "1h", "-reason", "kernel update");
    assert.equal(drained.code, 0, drained.err.join());
    assert.match(drained.out[0] ?? "", new RegExp(`^web is draining by alice: kernel update, ${UNTIL} at the latest$`));
    assert.match(drained.out[1] ?? "", /^web: connections are counted only where -ipvs-setup/);
    await until("the demoted path", () => wire().length === 2);
    assert.deepEqual(wire(), [`+${VIP}`, `+${VIP}`], "no withdrawal in between");
    assert.deepEqual(bird.tap.changes[1]?.attributes, WORSE);
    const seen = await bird.attributes();
    assert.ok(seen.includes("med 1000000") && seen.includes("community (65535,0)"), seen.join());

    controller.signal("SIGKILL");
    await controller.ended();
    const from = controller.lines.length;
    controller.start();
    await controller.says(/^info web is draining by alice: kernel update.* before this start/, from);
    await controller.says(/^info service web is up/, from);
    await until("a pass", async () => (await status().catch(() => undefined))?.announcements[0]?.state === "proven");
    assert.equal(wire().length, 2, "the restart is silent");
    assert.match((await status()).announcements[0]?.reason ?? "", /^web is draining by alice: kernel update, until/);
    const again = await run("drain", "web");
    assert.equal(again.code, 4);
    assert.match(
      again.err[0] ?? "",
      /^bgp-lb: web is already draining by alice: .*; `bgp-lb undrain web` takes it back$/,
    );

    const back = await run("undrain", "web");
    assert.deepEqual([back.code, back.out.length], [0, 1]);
    assert.match(back.out[0] ?? "", /^web is no longer draining by alice: .*; taken back by alice$/);
    await until("the plain path", () => wire().length === 3);
    assert.deepEqual(bird.tap.changes[2]?.attributes, []);

    const waited = await run("drain", "web", "-timeout", "1s", "-wait");
    assert.equal(waited.code, 0, waited.err.join());
    assert.match(waited.out.at(-1) ?? "", /^web is drained by alice \(at the deadline, unknown connections left\)$/);
    await withdrawn();
    controller.signal("SIGTERM");
    assert.equal(await controller.ended(), 0);
    controller.start();
    await until(
      "the drain after a stop",
      async () => (await status().catch(() => undefined))?.announcements.length === 1,
    );
    await until("its verdict", async () => (await status()).services[0]?.verdict === "up");
    assert.match((await status()).announcements[0]?.reason ?? "", /^web is drained by alice/);
    assert.equal((await run("undrain", "-all")).code, 0);
    await announced();
    assert.deepEqual(wire(), [`+${VIP}`, `+${VIP}`, `+${VIP}`, `+${VIP}`, `-${VIP}`, `+${VIP}`]);
    assert.equal(bird.tap.notifications, 0);
  });
}

const first = await findGobgpd("3.10");
const skip = "missing" in first ? first.missing : (noBird ?? false);
const binary = "binary" in first ? first.binary : "";

test("force: down although checks pass, up although they fail, and each ends by itself when told so", {
  skip,
}, async (t) => {
  const { backend, gobgpd, controller, announced, withdrawn } = await scene(t);
  const { run } = cliOf(controller);
  await gobgpd.start(binary);
  controller.start();
  await announced();
  assert.equal((await run("force", "down", "web", "-for", "3s", "-reason", "a test")).code, 0);
  await withdrawn();
  await controller.says(/^info web is no longer forced down by alice: a test, until .*: its time is over/);
  await announced();
  backend.die();
  await withdrawn();
  assert.equal((await run("force", "up", "web")).code, 0);
  await announced();
  const forced = /^10\.88\.2\.1\/32 +web +(proven|sent) .*web is forced up by alice/m;
  await until("status to say so", async () => forced.test((await run("status")).out.join("\n")));
  const drain = await run("drain", "web", "-timeout", "0s", "-wait");
  assert.equal(drain.code, 0, drain.err.join());
  await withdrawn();
  assert.equal((await run("undrain", "web")).code, 0);
  assert.equal((await run("undrain", "web")).code, 4);
});

// fault: drain-in-a-stop
test("SIGTERM with stopDrain makes the path worse first, and withdraws at its deadline; a word is no longer taken", {
  skip,
}, async (t) => {
  const { bird, gobgpd, controller, announced, withdrawn, wire } = await scene(t, { stopDrain: "4s" });
  const { run } = cliOf(controller);
  await gobgpd.start(binary);
  controller.start();
  await announced();
  controller.signal("SIGTERM");
  await until("the demoted path", () => wire().length === 2);
  assert.deepEqual(bird.tap.changes[1]?.attributes, WORSE);
  const refused = await run("undrain", "web");
  assert.deepEqual(
    [refused.code, refused.err],
    [4, ["bgp-lb: this controller is stopping, and drains everything for that"]],
  );
  assert.equal(await controller.ended(), 0);
  await withdrawn();
  assert.deepEqual(wire(), [`+${VIP}`, `+${VIP}`, `-${VIP}`]);
  const from = controller.lines.length;
  controller.start();
  await announced();
  assert.ok(!controller.lines.slice(from).some((line) => line.includes("drain")), "the stop's drain is nobody's word");
});

// fault: stop-in-a-drain
test("SIGTERM without stopDrain withdraws at once, however long somebody's drain may take, and the next start keeps that drain", {
  skip,
}, async (t) => {
  const { gobgpd, controller, announced, withdrawn, wire } = await scene(t, { withdrawHold: "3s" });
  const { run } = cliOf(controller);
  await gobgpd.start(binary);
  controller.start();
  await announced();
  assert.equal((await run("drain", "web", "-timeout", "1h")).code, 0);
  await until("the demoted path", () => wire().length === 2);
  controller.signal("SIGTERM");
  await withdrawn();
  const late = await run("undrain", "web");
  assert.deepEqual([late.code, late.err], [4, ["bgp-lb: this controller is stopping; say it to the next one"]]);
  assert.equal(await controller.ended(), 0);
  const from = controller.lines.length;
  controller.start();
  await controller.says(/^info web is draining by alice, until .* before this start/, from);
});

// fault: drain-interrupted
test("a waiting drain that is interrupted stands, and says so; one whose service leaves the config does not end as drained", {
  skip,
}, async (t) => {
  const { gobgpd, controller, announced } = await scene(t);
  const { run, start } = cliOf(controller);
  await gobgpd.start(binary);
  controller.start();
  await announced();
  const waiting = start("drain", "web", "-wait");
  let told = "";
  waiting.stdout?.on("data", (text: Buffer) => {
    told += text.toString();
  });
  await until("its line", () => told.includes("web: draining, connections not counted"));
  waiting.kill("SIGINT");
  const { exitCode, stderr } = await waiting;
  assert.equal(exitCode, 130);
  assert.match(stderr, /the drain stands, and `bgp-lb undrain web` takes it back/);
  assert.match((await run("status")).out.join(), /draining by alice/);

  const again = start("drain", "-all", "-wait");
  assert.equal((await again).exitCode, 4, "it drains already");
  assert.equal((await run("undrain", "web")).code, 0);
  const last = start("drain", "web", "-wait");
  await until("the drain", async () => (await run("status")).out.join().includes("draining by alice"));
  const file = join(controller.folder, "config.json");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace('"name":"web"', '"name":"api"'));
  assert.equal((await run("reload")).code, 0);
  const ended = await last;
  assert.equal(ended.exitCode, 1);
  assert.match(ended.stdout, /\nweb is not in the config any more$/);
});
