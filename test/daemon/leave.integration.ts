import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { birdMissing } from "../support/bird.ts";
import { findGobgpd } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { scene } from "./scene.ts";

const found = await findGobgpd("3.10");
const skip = "missing" in found ? found.missing : ((await birdMissing()) ?? false);
const binary = "binary" in found ? found.binary : "";
const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

test("a signal that comes while a subprocess is at work leaves in order all the same", { skip }, async (t) => {
  const slowPing = { kind: "ping", addresses: ["127.0.0.1"], interval: "1s", timeout: "10s", rise: 1 };
  const { controller, gobgpd, announced, withdrawn } = await scene(t, {}, { healthchecks: [slowPing] });
  await controller.slow("ping", 0.9);
  await gobgpd.start(binary);
  for (const signal of ["SIGTERM", "SIGINT", "SIGTERM"] as const) {
    controller.start();
    await announced();
    controller.signal(signal);
    assert.equal(await controller.ended(), 0, controller.lines.join("\n"));
    await withdrawn();
  }
});

test("whoever stays connected to the lock does not keep the program from ending", { skip }, async (t) => {
  const { controller, gobgpd, announced } = await scene(t);
  await gobgpd.start(binary);
  controller.start();
  await announced();
  const visitor = createConnection({ path: "\0bgp-lb", allowHalfOpen: true });
  t.after(() => visitor.destroy());
  await once(visitor, "connect");
  controller.signal("SIGTERM");
  assert.equal(await controller.ended(), 0);
});

// fault: disk-full-log
test("a full disk under the log loses lines and nothing else", {
  skip: process.getuid?.() === 0 ? skip : "needs root, for a file system that is full",
}, async (t) => {
  const { controller, backend, gobgpd, announced, withdrawn } = await scene(t);
  const disk = await mkdtemp(join(tmpdir(), "bgp-lb-test-"));
  await execa("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]);
  t.after(() => execa("umount", ["--lazy", disk]).then(() => rm(disk, { recursive: true })));
  await gobgpd.start(binary);
  // The state directory is on it as well: one fault, two victims.
  const flags = ["-network-setup=false", "-metrics-address=off", "-log-format=json", "-state-dir", join(disk, "state")];
  const script = 'exec "$@" 2>>"$LOG"';
  const argv = [process.execPath, MAIN, "-config", join(controller.folder, "config.json"), ...flags];
  const child = spawn("sh", ["-c", script, "sh", ...argv], { env: { ...process.env, LOG: join(disk, "log") } });
  t.after(() => child.kill("SIGKILL"));
  await announced();
  await writeFile(join(disk, "filler"), Buffer.alloc(64 * 1024)).catch(() => undefined);
  backend.die();
  await withdrawn();
  await backend.start();
  await announced();
  assert.equal(child.exitCode, null);
  await rm(join(disk, "filler"));
  child.kill("SIGTERM");
  await until("its end", () => child.exitCode !== null || child.signalCode !== null);
  assert.equal(child.exitCode, 0);
});
