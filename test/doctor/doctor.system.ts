import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { test } from "node:test";
import { execa } from "execa";
import type { Finding } from "../../src/doctor/finding.ts";
import { scene } from "../daemon/scene.ts";
import { birdMissing } from "../support/bird.ts";
import { cliOf } from "../support/cli.ts";
import { findGobgpd } from "../support/gobgpd.ts";
import { GuardProcess } from "../support/guard.ts";

const found = await findGobgpd("3.10");
const skip = "missing" in found ? found.missing : ((await birdMissing()) ?? false);
const HOST = "10.88.0.200";

test("doctor on a host where all is right, and then on the same with things broken", { skip }, async (t) => {
  const { backend, gobgpd, controller, announced } = await scene(t);
  const { run } = cliOf(controller);
  const guard = new GuardProcess(controller.folder);
  const flags = ["-network-setup=true", "-ipvs-setup=true", "-guard-socket", guard.socket];
  const server = createServer((_, response) => response.end("ok"));
  await execa("ip", ["address", "add", `${HOST}/32`, "dev", "lo"], { reject: false });
  t.after(async () => {
    server.close();
    await guard.end();
    await writeFile("/proc/sys/net/ipv4/vs/run_estimation", "1\n");
    await execa("ip", ["address", "delete", `${HOST}/32`, "dev", "lo"], { reject: false });
  });
  const look = async () => {
    const config = ["-config", `${controller.folder}/config.json`, "-metrics-address=off"];
    const { code, out } = await run("doctor", "-json", ...config, ...flags);
    const { verdict, findings } = JSON.parse(out.join("\n")) as { verdict: string; findings: readonly Finding[] };
    const bad = findings.filter((one) => one.verdict === "warn" || one.verdict === "fail");
    return { code, verdict, bad: bad.map(({ about, says }) => `${about}: ${says}`), findings };
  };
  await new Promise<void>((resolve) => server.listen(backend.port, HOST, resolve));
  await gobgpd.start("binary" in found ? found.binary : "");
  await guard.start();
  controller.start(...flags);
  await announced();

  const right = await look();
  const says = (about: string) => right.findings.find((one) => one.about === about)?.says;
  assert.equal(says("module ip_vs"), "is loaded");
  assert.match(says("controller") ?? "", /1 of 1 VIPs? announced/);
  assert.match(says("sysctl net.ipv4.vs") ?? "", /^run_estimation 1, conntrack 0/);
  // The guest's own clock is nobody's.
  assert.deepEqual(
    right.bad.filter((line) => !line.startsWith("clock: ")),
    [],
  );
  assert.equal(right.code, 0);

  await writeFile("/proc/sys/net/ipv4/vs/run_estimation", "0\n");
  server.close();
  await guard.end();
  await gobgpd.kill();
  const broken = await look();
  const expected = [
    /^sysctl net\.ipv4\.vs: run_estimation 0/,
    /^gobgpd: gobgpd at unix:.* cannot be reached/,
    new RegExp(`^target of web: node \\(process ${process.pid}\\) listens on 127\\.0\\.0\\.1:${backend.port} only`),
    /^guard: nobody listens at/,
  ];
  for (const [at, pattern] of expected.entries()) assert.match(broken.bad[at] ?? "", pattern);
  assert.deepEqual([broken.verdict, broken.code], ["fail", 1]);
  controller.signal("SIGTERM");
  await controller.ended();
});
