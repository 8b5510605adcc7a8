import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";

const REPORTER = new URL("../../lab/test-report.ts", import.meta.url).href;
const CRASH = `import { test } from "node:test";
test("passes before it", () => {});
test("ends the process as a crash of Node does", () => void process.kill(process.pid, "SIGSEGV"));
`;
const FINE = `import { test } from "node:test";
test("passes", () => {});
`;

test("a file whose Node crashed is one failure, named, and none of its tests counts", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "bgp-lb-report-"));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "crash.mjs"), CRASH);
  await writeFile(join(folder, "fine.mjs"), FINE);
  const argv = ["--test", `--test-reporter=${REPORTER}`, "crash.mjs", "fine.mjs"];
  // A test runner that finds itself inside another one only reports to that.
  const env = { BGP_LB_TOTALS: join(folder, "totals.json"), NODE_TEST_CONTEXT: undefined };
  const { stdout, exitCode } = await execa(process.execPath, argv, { cwd: folder, env, reject: false });
  assert.equal(exitCode, 1);
  assert.match(stdout, /FAIL {2}crash\.mjs: its process ended with SIGSEGV/);
  assert.match(stdout, /ok {4}fine\.mjs {2}1 of 1/);
  assert.deepEqual(JSON.parse(await readFile(join(folder, "totals.json"), "utf8")), {
    passed: 1,
    failed: 1,
    skipped: [],
    crashed: ["crash.mjs"],
  });
});
