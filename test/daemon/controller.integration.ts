import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import got from "got";
import { birdMissing } from "../support/bird.ts";
import { MAIN } from "../support/controller.ts";
import { findGobgpd, gobgpdVersions } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { freePort, scene } from "./scene.ts";

const noBird = await birdMissing();
const VIP = "10.88.2.1/32";

for (const version of gobgpdVersions()) {
  const found = await findGobgpd(version);
  const skip = "missing" in found ? found.missing : (noBird ?? false);
  const binary = "binary" in found ? found.binary : "";

  // fault: backend-dies
  test(`gobgpd ${version}: health moves the route, and each move is one UPDATE`, { skip }, async (t) => {
    const { backend, gobgpd, controller, announced, withdrawn, wire } = await scene(t);
    await gobgpd.start(binary);
    controller.start();
    await announced();
    backend.die();
    await withdrawn();
    await backend.start();
    await announced();
    controller.signal("SIGTERM");
    assert.equal(await controller.ended(), 0);
    await withdrawn();
    assert.deepEqual(wire(), [`+${VIP}`, `-${VIP}`, `+${VIP}`, `-${VIP}`]);
    assert.deepEqual(
      controller.lines.filter((line) => line.startsWith("error")),
      [],
    );
  });

  // fault: gobgpd-absent
  test(`gobgpd ${version}: absent at start, killed, restarted empty: told once each, and put back`, {
    skip,
  }, async (t) => {
    const { gobgpd, controller, announced, wire } = await scene(t);
    controller.start();
    await controller.says(/^error gobgpd at unix:.* cannot be reached/);
    await gobgpd.start(binary);
    await announced();
    await gobgpd.kill();
    await gobgpd.start(binary);
    await until("a second announcement", () => wire().length === 2);
    await announced();
    assert.deepEqual(wire(), [`+${VIP}`, `+${VIP}`]);
    assert.equal(controller.lines.filter((line) => line.startsWith("error")).length, 2);
  });

  // fault: controller-killed-and-restarted
  test(`gobgpd ${version}: kill -9 of the controller and a restart send the router nothing`, { skip }, async (t) => {
    const { bird, gobgpd, controller, announced, wire } = await scene(t);
    await gobgpd.start(binary);
    controller.start();
    await announced();
    controller.signal("SIGKILL");
    assert.equal(await controller.ended(), "SIGKILL");
    const from = controller.lines.length;
    controller.start();
    await controller.says(/service web is up/, from);
    await controller.says(/session established|answers/, from);
    // A move of the route would go out at once; a keepalive of the session behind it proves that the wire was read to here.
    controller.signal("SIGTERM");
    await controller.ended();
    await until("the withdrawal", () => wire().length === 2);
    assert.deepEqual(wire(), [`+${VIP}`, `-${VIP}`]);
    assert.equal(bird.tap.opens, 1, "the session stood all the time");
  });

  // The two generations are enough for what takes the full patience of a leave.
  if (version === "3.36") continue;
  // fault: gobgpd-hangs-at-the-end
  test(`gobgpd ${version}: leaving while gobgpd hangs leaves the dataplane in place, says so, and ends with 1`, {
    skip,
  }, async (t) => {
    const { gobgpd, controller, announced } = await scene(t);
    await gobgpd.start(binary);
    controller.start();
    await announced();
    await gobgpd.pause();
    await controller.says(/^error gobgpd at unix:.* does not answer/);
    controller.signal("SIGTERM");
    assert.equal(await controller.ended(), 1);
    assert.ok(
      controller.lines.some((line) => /the dataplane is left in place; `bgp-lb cleanup` removes it/.test(line)),
    );
    gobgpd.resume();
  });
}

// fault: started-twice
test("a second controller is refused and told who the first is; the first goes on", async (t) => {
  const { controller } = await scene(t);
  controller.start();
  await controller.says(/starts with/);
  const second = await scene(t);
  second.controller.start();
  assert.equal(await second.controller.ended(), 1);
  await second.controller.says(
    /another bgp-lb controls this network namespace \(process \d+ with config .*config\.json\)/,
  );
  controller.signal("SIGTERM");
  assert.equal(await controller.ended(), 0);
});

test("in a steady state nothing is logged at info and nothing sent, however many passes there are", async (t) => {
  const { controller, gobgpd, announced, wire, backend } = await scene(t, { reconcileInterval: "20ms" });
  const found = await findGobgpd(gobgpdVersions()[0] ?? "3.10");
  if ("missing" in found) return t.skip(found.missing);
  await gobgpd.start(found.binary);
  const port = await freePort();
  controller.start(`-metrics-address=127.0.0.1:${port}`);
  await announced();
  await controller.says(/is proven at/);
  const metric = async (name: string) => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return Number(new RegExp(`^bgp_lb_${name} ([\\d.]+)$`, "m").exec(text)?.[1]);
  };
  const passes = () => metric("pass_duration_seconds_count");
  assert.equal(await metric("announce_seconds_count"), 1);
  const [first, from] = [await passes(), controller.lines.length];
  await until("twenty passes", async () => (await passes()) > first + 20);
  assert.deepEqual(controller.lines.slice(from), []);
  assert.deepEqual(wire(), [`+${VIP}`]);
  backend.die();
  await controller.says(/withdraw/, from);
  await until("the router's acknowledgement", async () => (await metric("withdraw_seconds_count")) === 1);
  assert.deepEqual(wire(), [`+${VIP}`, `-${VIP}`]);
  assert.ok((await metric("withdraw_seconds_sum")) > 0);
});

// fault: second-signal
test("a second signal ends it at once", async (t) => {
  const { controller, gobgpd, announced } = await scene(t);
  const [version] = gobgpdVersions();
  const found = await findGobgpd(version ?? "3.10");
  if ("missing" in found) return t.skip(found.missing);
  await gobgpd.start(found.binary);
  controller.start();
  await announced();
  await gobgpd.pause();
  controller.signal("SIGTERM");
  await controller.says(/once more ends it at once/);
  controller.signal("SIGTERM");
  assert.equal(await controller.ended(), "SIGTERM");
  gobgpd.resume();
});

// fault: state-directory-unwritable
test("a state directory that cannot be written to is told, and the main job goes on", async (t) => {
  const { controller, gobgpd, announced } = await scene(t);
  const found = await findGobgpd(gobgpdVersions()[0] ?? "3.10");
  if ("missing" in found) return t.skip(found.missing);
  await writeFile(join(controller.folder, "state"), "a file where the directory should be");
  await gobgpd.start(found.binary);
  controller.start();
  await announced();
  const told = controller.lines.filter((line) => line.includes("going on without a ledger on disk"));
  assert.equal(told.length, 1);
});

// fault: metrics-port-in-use
test("a metrics port in use is told, the main job goes on, and once it is free the metrics are there", async (t) => {
  const { controller, backend } = await scene(t);
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const socket = join(controller.folder, "admin.sock");
  controller.start(`-metrics-address=127.0.0.1:${port}`, `-admin-socket=${socket}`);
  await controller.says(/^error metrics: cannot listen on 127\.0\.0\.1:\d+ .*EADDRINUSE.*it is tried again/);
  await controller.says(/service web is up/);
  const shown = await execa(process.execPath, [MAIN, "status", "-admin-socket", socket], { reject: false });
  assert.match(shown.stdout, /^NOT WORKING +WHY\nmetrics +cannot listen on/m);
  other.close();
  await controller.says(/^info metrics works again$/);
  const { body } = await got(`http://127.0.0.1:${port}/metrics`);
  assert.match(body, /^bgp_lb_failing_parts \d$/m);
  const { controller: needy } = await scene(t);
  controller.signal("SIGTERM");
  await controller.ended();
  needy.start(`-metrics-address=127.0.0.1:${backend.port}`, "-metrics-required");
  assert.equal(await needy.ended(), 1);
  await needy.says(/^bgp-lb: no metrics: cannot listen on 127\.0\.0\.1:\d+ .*EADDRINUSE.*-metrics-required/);
});
