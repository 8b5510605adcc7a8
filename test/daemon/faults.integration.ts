import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import type { Address } from "../../src/core/address.ts";
import { Bird, birdMissing } from "../support/bird.ts";
import { MAIN } from "../support/controller.ts";
import { findGobgpd, Gobgpd } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { freePort, scene } from "./scene.ts";

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
// fault: peer-down
// fault: all-peers-down
// fault: router-restarts
test("one router cuts its session, the other dies and is started again: the route is back at both, and we do nothing", {
  skip,
}, async (t) => {
  const other = await Bird.start({ address: "127.0.0.3" as Address, as: 64514, neighborAs: 64512 });
  t.after(() => other.stop());
  const { bird, gobgpd, controller, announced, wire } = await scene(t, {}, {}, (first) => ({
    peers: [first, other.peer],
  }));
  const says = (line: RegExp) =>
    until(`status says ${line}`, async () => {
      const state = join(controller.folder, "state");
      const { stdout } = await execa(process.execPath, [MAIN, "status", "-state-dir", state]);
      return line.test(stdout);
    });
  const well = /^1 of 1 VIP announced; 2 of 2 peers established$/m;
  await gobgpd.start(binary);
  controller.start();
  await announced();
  await says(well);
  await Promise.all([bird.tap.cut(), other.kill()]);
  await says(/^0 of 1 VIP announced; 0 of 2 peers established/);
  await other.startAgain();
  await says(well);
  await announced();
  assert.equal((await other.routes()).length, 1);
  assert.deepEqual(wire(), [`+${VIP}`, `+${VIP}`], "one UPDATE for each session");
  const ours = controller.lines.filter((line) => / (?:announce|withdraw) |put back/.test(line));
  assert.equal(ours.length, 1, ours.join("\n"));
});

// fault: reload-in-a-pass
test("a reload while a pass hangs on gobgpd: both end, and the router hears each change once", { skip }, async (t) => {
  const { bird, gobgpd, controller, announced, wire } = await scene(t);
  await gobgpd.start(binary);
  controller.start();
  await announced();
  const file = join(controller.folder, "config.json");
  const config = await readFile(file, "utf8");
  await gobgpd.pause();
  await controller.says(/^error gobgpd at unix:.* does not answer/);
  await writeFile(file, config.replace("10.88.2.1", "10.88.2.9"));
  controller.signal("SIGHUP");
  await controller.says(/10\.88\.2\.9/);
  gobgpd.resume();
  await until("the other route", async () => (await bird.routes()).join() === "10.88.2.9/32 via 10.88.0.200");
  assert.deepEqual(wire().toSorted(), [`+${VIP}`, "+10.88.2.9/32", `-${VIP}`].toSorted());
});

// fault: gobgpd-open-to-all
test("a gobgpd whose API every address leads to is told, with what to do; the main job goes on", {
  skip,
}, async (t) => {
  const port = await freePort();
  const open = await Gobgpd.place(`0.0.0.0:${port}`);
  t.after(() => open.remove());
  await open.start(binary);
  const { controller, announced } = await scene(t, {}, {}, { gobgp: { address: `127.0.0.1:${port}` } });
  controller.start();
  await announced();
  await controller.says(
    /^warning gobgpd's API listens on (0\.0\.0\.0|\[::\]):\d+, every address .* start gobgpd with --api-hosts 127/,
  );
});

test("a gobgpd with its API on a unix socket, and at every address as well, is told too", { skip }, async (t) => {
  const { controller, gobgpd, announced } = await scene(t);
  await gobgpd.start(binary, "--api-hosts", `${gobgpd.api},0.0.0.0:50051`);
  controller.start();
  await announced();
  await controller.says(
    /^warning something listens on (0\.0\.0\.0|\[::\]):50051, .* with --api-hosts and its unix socket/,
  );
});
