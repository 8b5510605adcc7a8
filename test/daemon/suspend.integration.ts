import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { birdMissing } from "../support/bird.ts";
import { findGobgpd } from "../support/gobgpd.ts";
import { GuardProcess } from "../support/guard.ts";
import { scene } from "./scene.ts";

const VIP = "10.88.2.1/32";
/** Milliseconds. Longer than the lease and than three intervals of the check and its timeout, shorter than the router's hold time. */
const ASLEEP = 7000;

const found = await findGobgpd("3.10");
const skip = "missing" in found ? found.missing : ((await birdMissing()) ?? false);

/**
 * Controller, guard and gobgpd stand still at once and go on at once, as on a host that is paused or suspended. The clocks run on meanwhile,
 * as those of a paused virtual machine may: whoever judges by the time alone has a reason to withdraw.
 */
// fault: host-stands-still
test("a host stands still as a whole and goes on: the router hears nothing, or of the backend that died meanwhile", {
  skip,
}, async (t) => {
  const { controller, gobgpd, backend, announced, withdrawn, wire } = await scene(t, { lease: "1s" });
  const guard = new GuardProcess(controller.folder);
  t.after(() => guard.end());
  await gobgpd.start("binary" in found ? found.binary : "");
  await guard.start();
  controller.start("-guard-socket", guard.socket);
  await announced();
  await controller.says(/the guard holds/);
  const sleeps = async (meanwhile = () => {}) => {
    for (const one of [controller, guard]) one.signal("SIGSTOP");
    await gobgpd.pause();
    meanwhile();
    await sleep(ASLEEP);
    gobgpd.resume();
    for (const one of [controller, guard]) one.signal("SIGCONT");
  };

  await sleeps();
  // Long enough for a lease or a verdict to be lost anew.
  await sleep(ASLEEP);
  assert.deepEqual(wire(), [`+${VIP}`], [...controller.lines, ...guard.lines].join("\n"));

  await sleeps(() => backend.die());
  await withdrawn();
  assert.deepEqual(wire(), [`+${VIP}`, `-${VIP}`]);
});
