import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { test } from "node:test";
import { execa } from "execa";

const ROOT = join(import.meta.dirname, "../..");
const CRASH = `import { test } from "node:test";
test("passes before it", () => {});
test("ends the process as a crash of Node does", () => void process.kill(process.pid, "SIGSEGV"));
`;

test("a file whose Node crashed is one failure, named, and none of its tests counts", async (t) => {
  // The runner names a file by its path from the working directory only where it is given so, and lies below.
  const cache = join(ROOT, "node_modules/.cache/bgp-lb");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "report-"));
  t.after(() => rm(folder, { recursive: true }));
  const totals = join(folder, "totals.json");
  const crash = join(folder, "crash.mjs");
  await writeFile(crash, CRASH);
  const name = relative(ROOT, crash);
  const argv = ["--test", "--test-reporter=./lab/test-report.ts", name, "test/lab/options.test.ts"];
  // A test runner that finds itself inside another one only reports to that.
  const env = { BGP_LB_TOTALS: totals, NODE_TEST_CONTEXT: undefined };
  const { stdout, exitCode } = await execa(process.execPath, argv, { cwd: ROOT, env, reject: false });
  assert.equal(exitCode, 1);
  assert.ok(stdout.includes(`FAIL  ${name}: its process ended with SIGSEGV`), stdout);
  const { passed, failed, crashed } = JSON.parse(await readFile(totals, "utf8")) as Record<string, unknown>;
  assert.deepEqual([failed, crashed], [1, [name]]);
  const alone = /options\.test\.ts {2}(\d+) of \1/.exec(stdout)?.[1];
  assert.equal(passed, Number(alone));
});
