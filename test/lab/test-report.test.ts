import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";

const ROOT = join(import.meta.dirname, "../..");

test("a file whose Node crashed is one failure, named, and none of its tests counts", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "bgp-lb-report-"));
  t.after(() => rm(folder, { recursive: true }));
  const totals = join(folder, "totals.json");
  const files = ["test/fixtures/lab/crash.ts", "test/lab/options.test.ts"];
  const argv = ["--test", "--test-reporter=./lab/test-report.ts", ...files];
  // A test runner that finds itself inside another one only reports to that.
  const env = { BGP_LB_TOTALS: totals, NODE_TEST_CONTEXT: undefined };
  const { stdout, exitCode } = await execa(process.execPath, argv, { cwd: ROOT, env, reject: false });
  assert.equal(exitCode, 1);
  assert.match(stdout, /FAIL {2}test\/fixtures\/lab\/crash\.ts: its process ended with SIGSEGV/);
  const { passed, failed, crashed } = JSON.parse(await readFile(totals, "utf8")) as Record<string, unknown>;
  assert.deepEqual([failed, crashed], [1, ["test/fixtures/lab/crash.ts"]]);
  const alone = /options\.test\.ts {2}(\d+) of \1/.exec(stdout)?.[1];
  assert.equal(passed, Number(alone));
});
