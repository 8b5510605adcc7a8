import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";

const ROOT = new URL("..", import.meta.url).pathname;
const EXAMPLE = join(ROOT, "config-example.json");
/** A registry that does not answer is a failure with npm's words, not a test that hangs. */
const npm = (...args: readonly string[]) =>
  execa("npm", [...args, "--fetch-timeout=20000", "--fetch-retries=1"], { cwd: ROOT, timeout: 120_000 });

test("the packed tarball, installed globally, gives a bgp-lb that runs", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "bgp-lb-test-"));
  t.after(() => rm(folder, { recursive: true }));
  await npm("pack", "--pack-destination", folder);
  const [tarball = ""] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  const global = ["--global", "--prefix", join(folder, "global")];
  await npm("install", ...global, "--prefer-offline", "--no-audit", "--no-fund", join(folder, tarball));
  const program = join(folder, "global", "bin", "bgp-lb");
  assert.match((await execa(program, ["version"])).stdout, /^bgp-lb \d+\.\d+\.\d+ /);
  const { stdout } = await execa(program, ["check", "-config", EXAMPLE, "-state-dir", folder]);
  assert.equal(JSON.parse(stdout).services[0].name, "matchbox");
  const loads = await execa(program, ["plan", "-config", EXAMPLE, "-network-setup=false", "-state-dir", folder], {
    reject: false,
  });
  assert.match(loads.stdout, /cannot be reached/, "the protos are in the package, and gRPC loads");
});
