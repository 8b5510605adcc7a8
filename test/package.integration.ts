import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";

const ROOT = new URL("..", import.meta.url).pathname;
const EXAMPLE = join(ROOT, "config-example.json");

test("the packed tarball, installed globally, gives a bgp-lb that runs", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "bgp-lb-test-"));
  t.after(() => rm(folder, { recursive: true }));
  await execa("npm", ["pack", "--pack-destination", folder], { cwd: ROOT });
  const [tarball = ""] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  const install = ["install", "--global", "--prefix", join(folder, "global"), join(folder, tarball)];
  await execa("npm", install, { timeout: 120_000 });
  const program = join(folder, "global", "bin", "bgp-lb");
  assert.match((await execa(program, ["version"])).stdout, /^bgp-lb \d+\.\d+\.\d+ /);
  const { stdout } = await execa(program, ["check", "-config", EXAMPLE, "-state-dir", folder]);
  assert.equal(JSON.parse(stdout).services[0].name, "matchbox");
  const loads = await execa(program, ["plan", "-config", EXAMPLE, "-network-setup=false", "-state-dir", folder], {
    reject: false,
  });
  assert.match(loads.stdout, /cannot be reached/, "the protos are in the package, and gRPC loads");
});
