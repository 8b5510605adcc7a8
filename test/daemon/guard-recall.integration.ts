import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { birdMissing } from "../support/bird.ts";
import { findGobgpd } from "../support/gobgpd.ts";
import { GuardProcess } from "../support/guard.ts";
import { until } from "../support/until.ts";
import { scene } from "./scene.ts";

const noBird = await birdMissing();
const found = await findGobgpd("4.8");
const skip = "missing" in found ? found.missing : (noBird ?? false);
const binary = "binary" in found ? found.binary : "";

// fault: ledger-lost-and-service-removed
test("killed, its ledger lost and its service out of the config: the guard tells the next controller what to withdraw", {
  skip,
}, async (t) => {
  const { controller, gobgpd, announced, wire } = await scene(t, { lease: "20s" });
  const guard = new GuardProcess(controller.folder);
  t.after(() => guard.end());
  await gobgpd.start(binary);
  await guard.start();
  controller.start("-guard-socket", guard.socket);
  await announced();
  controller.signal("SIGKILL");
  await controller.ended();
  const file = join(controller.folder, "config.json");
  await writeFile(file, (await readFile(file, "utf8")).replace('"10.88.2.1"', '"10.88.2.2"'));
  await rm(join(controller.folder, "state/ledger.json"));
  controller.start("-guard-socket", guard.socket);
  await controller.says(/^warn\w* the guard remembers what no ledger does: ours are 10\.88\.2\.1\/32 too/);
  await until("the other VIP at BIRD", () => wire().includes("+10.88.2.2/32"));
  assert.deepEqual(wire().toSorted(), ["+10.88.2.1/32", "+10.88.2.2/32", "-10.88.2.1/32"]);
  controller.signal("SIGTERM");
  assert.equal(await controller.ended(), 0);
  await guard.says(/has left in order/);
  assert.deepEqual(
    controller.lines.filter((line) => line.startsWith("error")),
    [],
  );
});
