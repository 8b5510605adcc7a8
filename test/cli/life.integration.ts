import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { scene } from "../daemon/scene.ts";
import { birdMissing } from "../support/bird.ts";
import { MAIN } from "../support/controller.ts";
import { findGobgpd } from "../support/gobgpd.ts";
import { GuardProcess } from "../support/guard.ts";
import { until } from "../support/until.ts";

const GOLDEN = new URL("../golden/life.txt", import.meta.url);
const found = await findGobgpd("3.36");
const skip = "missing" in found ? found.missing : ((await birdMissing()) ?? false);
const binary = "binary" in found ? found.binary : "";

test("health and cleanup: what they print and their exit codes, where all is well and where it is not", {
  skip,
}, async (t) => {
  const { controller, gobgpd, announced, withdrawn } = await scene(t, { lease: "0s" });
  const guard = new GuardProcess(controller.folder);
  t.after(() => guard.end());
  const files = ["-config", join(controller.folder, "config.json"), "-state-dir", join(controller.folder, "state")];
  const texts: string[] = [];
  const run = async (line: string, flags: readonly string[]) => {
    const argv = [MAIN, ...line.split(" "), ...flags];
    const { exitCode, stdout, stderr } = await execa(process.execPath, argv, { reject: false });
    return [`$ bgp-lb ${line}`, stdout, stderr, `exit code ${exitCode}`, ""].filter(
      (part, at) => part !== "" || at === 4,
    );
  };
  const type = async (line: string, flags: readonly string[] = files) => {
    const said = (await run(line, flags)).join("\n");
    texts.push(
      said
        .replaceAll(gobgpd.api, "unix:///run/gobgp/api.sock")
        .replaceAll(controller.folder, "/run/test")
        .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:8080")
        .replaceAll(/process \d+/g, "process 4711"),
    );
  };
  const healthSays = (line: RegExp) =>
    until(`health says ${line}`, async () => line.test((await run("health", [])).join("\n")));
  const ofGuard = ["-guard-socket", guard.socket];
  await type("health", []);
  await type("health -guard", ofGuard);
  await type("health -guard -guard-socket off", []);
  await guard.start();
  await type("health -guard", ofGuard);
  controller.start();
  await healthSays(/pending: gobgpd does not run$/m);
  await type("health", []);
  await gobgpd.start(binary);
  await announced();
  await healthSays(/1 of 1 VIP announced; 1 of 1 peer established$/m);
  await type("health", []);
  await type("cleanup");
  controller.signal("SIGSTOP");
  await type("health", []);
  controller.signal("SIGKILL");
  await controller.ended();
  await type("cleanup");
  await withdrawn();
  await type("cleanup");
  await gobgpd.pause();
  await type("cleanup");
  gobgpd.resume();
  const text = texts.join("\n");
  if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(GOLDEN, text);
  assert.equal(text, await readFile(GOLDEN, "utf8"));
});
