import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { birdMissing } from "../support/bird.ts";
import { MAIN } from "../support/controller.ts";
import { findGobgpd } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { scene } from "./scene.ts";

const found = await findGobgpd("3.10");
const skip = "missing" in found ? found.missing : ((await birdMissing()) ?? false);
const binary = "binary" in found ? found.binary : "";
const VIP = "10.88.2.1/32";

// fault: cleanup-while-running
test("cleanup while a controller runs is refused, and the route stays", { skip }, async (t) => {
  const { bird, gobgpd, controller, announced, wire } = await scene(t);
  await gobgpd.start(binary);
  controller.start();
  await announced();
  const flags = ["-config", join(controller.folder, "config.json"), "-state-dir", join(controller.folder, "state")];
  const { exitCode, stdout, stderr } = await execa(process.execPath, [MAIN, "cleanup", ...flags], { reject: false });
  assert.equal(exitCode, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^bgp-lb: another bgp-lb controls this network namespace \(process \d+ with config /);
  assert.deepEqual(wire(), [`+${VIP}`]);
  assert.equal((await bird.routes()).length, 1);
});

// fault: peer-flaps
test("a session that is cut: the route is back with the next one, and we do nothing", {
  skip,
}, async (t) => {
  const { bird, gobgpd, controller, announced, wire } = await scene(t);
  await gobgpd.start(binary);
  controller.start();
  await announced();
  bird.tap.cut();
  await until("the next session brings the route", () => wire().length === 2, { ms: 60_000 });
  await announced();
  assert.deepEqual(wire(), [`+${VIP}`, `+${VIP}`]);
  const ours = controller.lines.filter((line) => /put back|^info (announce|withdraw) /.test(line));
  assert.equal(ours.filter((line) => line.includes(`announce ${VIP}`)).length, 1, controller.lines.join("\n"));
  assert.deepEqual(
    ours.filter((line) => /put back|withdraw /.test(line)),
    [],
  );
});
