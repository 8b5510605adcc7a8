import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import type { Finding } from "../../src/doctor/finding.ts";
import { freePort } from "../support/free-port.ts";
import { findGobgpd, Gobgpd } from "../support/gobgpd.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;
const found = await findGobgpd("4.8");
const skip = "missing" in found ? found.missing : false;

test("doctor beside a real gobgpd: open to everybody, a port that is taken, and then nobody there", {
  skip,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "bgp-lb-test-"));
  const [api, metrics] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  const gobgpd = await Gobgpd.place(`0.0.0.0:${api}`);
  const server = createServer();
  t.after(async () => {
    server.close();
    await gobgpd.remove();
    await rm(folder, { recursive: true });
  });
  const look = async () => {
    const flags = ["-network-setup=false", "-guard-socket=off", "-state-dir", join(folder, "state")];
    const where = ["-gobgp-address", `127.0.0.1:${api}`, "-metrics-address", `127.0.0.1:${metrics}`];
    const config = ["-config", join(folder, "absent.json")];
    const { exitCode, stdout } = await execa(
      process.execPath,
      [MAIN, "doctor", "-json", ...flags, ...where, ...config],
      {
        reject: false,
      },
    );
    const { verdict, findings } = JSON.parse(stdout) as { verdict: string; findings: readonly Finding[] };
    const of = (about: string) => findings.find((one) => one.about === about);
    return { exitCode, verdict, of };
  };

  await gobgpd.start("binary" in found ? found.binary : "");
  const first = await look();
  assert.equal(first.of("config")?.verdict, "unknown");
  assert.equal(first.of("gobgpd")?.says, `GoBGP 4 answers at 127.0.0.1:${api}`);
  assert.match(
    first.of("gobgpd API")?.says ?? "",
    new RegExp(`^listens on (\\[::\\]|0\\.0\\.0\\.0):${api}, every address`),
  );
  assert.equal(first.of("port of metrics")?.says, `tcp ${metrics} is free`);
  assert.deepEqual([first.verdict, first.exitCode], ["warn", 0]);

  await new Promise<void>((resolve) => server.listen(metrics, "127.0.0.1", resolve));
  const second = await look();
  assert.equal(
    second.of("port of metrics")?.says,
    `tcp 127.0.0.1:${metrics} is taken by node (process ${process.pid})`,
  );
  assert.deepEqual([second.verdict, second.exitCode], ["fail", 1]);

  await gobgpd.kill();
  const third = await look();
  assert.match(third.of("gobgpd")?.says ?? "", /cannot be reached: nothing listens there/);
  assert.equal(existsSync(join(folder, "state")), false, "it has made nothing");
});
