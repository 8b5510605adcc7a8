import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { execa } from "execa";
import { birdMissing } from "../support/bird.ts";
import { MAIN } from "../support/controller.ts";
import { findGobgpd } from "../support/gobgpd.ts";
import { GuardProcess } from "../support/guard.ts";
import { until } from "../support/until.ts";
import { scene } from "./scene.ts";

const noBird = await birdMissing();
const VIP = "10.88.2.1/32";

for (const version of ["4.8", "3.10"] as const) {
  const found = await findGobgpd(version);
  const skip = "missing" in found ? found.missing : (noBird ?? false);
  const binary = "binary" in found ? found.binary : "";

  /** A router, a gobgpd, a controller with a lease of a second, and its guard; the VIP is announced. */
  async function stage(t: TestContext, more: object = {}) {
    const all = await scene(t, { lease: "1s", ...more });
    const guard = new GuardProcess(all.controller.folder);
    t.after(() => guard.end());
    await all.gobgpd.start(binary);
    await guard.start();
    const start = (...flags: string[]) => all.controller.start("-guard-socket", guard.socket, ...flags);
    start();
    await all.announced();
    await all.controller.says(/the guard holds a lease of \d+ s/);
    return { ...all, guard, start };
  }

  // fault: controller-killed-for-good
  test(`gobgpd ${version}: the controller is killed and nobody takes over: the guard withdraws; a new one announces again`, {
    skip,
  }, async (t) => {
    const { controller, guard, withdrawn, announced, wire, bird, start } = await stage(t);
    controller.signal("SIGKILL");
    await withdrawn();
    await guard.says(/no word from the controller until the end of its lease: withdrawing 10\.88\.2\.1\/32/);
    await guard.says(/withdrawn: none of it is in gobgpd any more/);
    start();
    await announced();
    await guard.says(/the controller is back/);
    await controller.says(/warning? the guard has withdrawn our VIPs/);
    controller.signal("SIGTERM");
    assert.equal(await controller.ended(), 0);
    await guard.says(/has left in order/);
    assert.deepEqual(wire(), [`+${VIP}`, `-${VIP}`, `+${VIP}`, `-${VIP}`]);
    assert.equal(bird.tap.opens, 1, "the session stood all the time");
  });

  // fault: controller-stopped
  test(`gobgpd ${version}: a controller that stands still (SIGSTOP) loses its lease, and gets it back`, {
    skip,
  }, async (t) => {
    const { controller, withdrawn, announced, wire } = await stage(t);
    controller.signal("SIGSTOP");
    await withdrawn();
    controller.signal("SIGCONT");
    await announced();
    assert.deepEqual(wire(), [`+${VIP}`, `-${VIP}`, `+${VIP}`]);
  });

  // One generation is enough for what has nothing to do with gobgpd, and this one is quicker to establish a session.
  if (version === "3.10") continue;

  // fault: controller-endless-loop
  test("a controller in an endless loop does not renew", { skip }, async (t) => {
    const { controller, withdrawn, gobgpd, guard, announced } = await stage(t);
    controller.signal("SIGKILL");
    await controller.ended();
    await withdrawn();
    const loop = join(controller.folder, "loop.mjs");
    await writeFile(loop, 'process.on("SIGUSR2", () => { for (;;); });\n');
    process.env["NODE_OPTIONS"] = `--import ${loop}`;
    t.after(() => delete process.env["NODE_OPTIONS"]);
    controller.start("-guard-socket", guard.socket);
    await announced();
    controller.signal("SIGUSR2");
    await withdrawn();
    assert.ok(gobgpd.running);
  });

  // fault: controller-replaced-in-time
  test("a new controller in time: the router hears nothing; nor of a guard that is killed and comes back", {
    skip,
  }, async (t) => {
    const { controller, guard, wire, start } = await stage(t, { lease: "20s" });
    controller.signal("SIGKILL");
    await controller.ended();
    let from = controller.lines.length;
    start();
    await controller.says(/the guard holds/, from);
    await controller.says(/service web is up/, from);
    from = controller.lines.length;
    await guard.end();
    await controller.says(/the lease is unguarded, so VIPs outlive a controller that dies: no guard listens/, from);
    // What the controller before had proven, this one proves again by itself.
    const health = async () => (await execa(process.execPath, [MAIN, "health"])).stdout;
    const wanted = "1 of 1 VIP announced; 1 of 1 peer established; unguarded";
    await until("health knows all of it", async () => (await health()) === wanted);
    await guard.start();
    await controller.says(/the guard holds/, from);
    assert.deepEqual(wire(), [`+${VIP}`]);
  });

  // fault: guard-stopped
  test("a guard that is stopped is told as such, and judges only by what it has read when it goes on", {
    skip,
  }, async (t) => {
    const { controller, guard, wire } = await stage(t);
    guard.signal("SIGSTOP");
    await controller.says(/unguarded.*the guard does not answer: it is stopped or hung/);
    const from = controller.lines.length;
    guard.signal("SIGCONT");
    await controller.says(/the guard holds/, from);
    assert.deepEqual(wire(), [`+${VIP}`], "its own sleep was no silence of the controller");
  });

  // fault: guard-and-controller-killed
  test("guard and controller die both: the guard that is started again remembers", { skip }, async (t) => {
    const { controller, guard, withdrawn, announced, wire } = await stage(t, { lease: "2s" });
    await guard.end();
    controller.signal("SIGKILL");
    await controller.ended();
    await announced();
    await guard.start();
    await withdrawn();
    assert.deepEqual(wire(), [`+${VIP}`, `-${VIP}`]);
  });

  // fault: handover-without-successor
  test("onStop handover: a restart sends the router nothing, and if nobody comes the guard withdraws", {
    skip,
  }, async (t) => {
    const { controller, guard, withdrawn, wire, start } = await stage(t, { onStop: "handover", handoverLease: "10s" });
    controller.signal("SIGTERM");
    assert.equal(await controller.ended(), 0);
    const from = controller.lines.length;
    start();
    await controller.says(/service web is up/, from);
    await controller.says(/the guard holds/, from);
    controller.signal("SIGTERM");
    assert.equal(await controller.ended(), 0);
    assert.deepEqual(wire(), [`+${VIP}`]);
    await withdrawn();
    await guard.says(/has left 10\.88\.2\.1\/32 to the next one, which has 10 s to come/);
    assert.deepEqual(wire(), [`+${VIP}`, `-${VIP}`]);
  });

  test("onLeaseLost keep: the routes stay, and the guard says so", { skip }, async (t) => {
    const { controller, guard, wire } = await stage(t, { onLeaseLost: "keep" });
    assert.equal((await guard.health()).code, 0);
    controller.signal("SIGKILL");
    await guard.says(/onLeaseLost is keep, so they stay/);
    assert.deepEqual(await guard.health(), { code: 1, line: "the lease over 1 prefix is lost; onLeaseLost is keep" });
    assert.deepEqual(wire(), [`+${VIP}`]);
  });

  // fault: controller-killed-demote
  test(`gobgpd ${version}: onLeaseLost demote: one UPDATE makes the route worse, and the next controller makes it good again`, {
    skip,
  }, async (t) => {
    const { controller, guard, bird, start } = await stage(t, { onLeaseLost: "demote" });
    const heard = () => bird.tap.changes.map(({ withdrawn, attributes }) => [withdrawn.length, attributes.join(", ")]);
    controller.signal("SIGKILL");
    await guard.says(/no word from the controller until the end of its lease: demoting 10\.88\.2\.1\/32/);
    await guard.says(/demoted: announced with the community GRACEFUL_SHUTDOWN and a worse MED/);
    await until("the worse route", () => heard().length === 2);
    start();
    await controller.says(/warning? the guard has demoted our VIPs/);
    await until("the good route", () => heard().length === 3);
    assert.deepEqual(heard(), [
      [0, ""],
      [0, "med 1000000, communities 65535:0"],
      [0, ""],
    ]);
  });

  // fault: gobgpd-hangs-at-the-lease
  test("a gobgpd that hangs is asked until it answers", { skip }, async (t) => {
    const { controller, guard, gobgpd, withdrawn } = await stage(t);
    await gobgpd.pause();
    controller.signal("SIGKILL");
    await guard.says(/no word from the controller/);
    await guard.says(/does not answer/);
    gobgpd.resume();
    await withdrawn();
  });

  // fault: guard-started-twice
  test("a second guard is refused, nonsense is cut off, and a guard that ends leaves what is announced", {
    skip,
  }, async (t) => {
    const { controller, guard, wire } = await stage(t);
    const flags = ["-guard-socket", guard.socket, "-state-dir", guard.socket];
    const second = await execa(process.execPath, [MAIN, "guard", ...flags], { reject: false });
    assert.equal(second.exitCode, 1);
    assert.match(second.stderr, /another guard listens at .*guard\.sock; stop it first/);
    const stranger = connect(guard.socket).on("error", () => undefined);
    stranger.write("GET / HTTP/1.0\n\n");
    await once(stranger, "close");
    await guard.says(/speaks another language, and was cut off/);
    assert.equal(await guard.end("SIGTERM"), 0);
    await controller.says(/the lease is unguarded/);
    assert.deepEqual(wire(), [`+${VIP}`]);
  });
}
