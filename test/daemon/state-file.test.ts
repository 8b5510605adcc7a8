import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { StateFile } from "../../src/daemon/state-file.ts";

test("saves that overlap are done in order: none fails, the last one stays, and nothing else is left", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "bgp-lb-state-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "overrides.json");
  const file = new StateFile(path);
  await Promise.all(Array.from({ length: 20 }, (_, at) => file.save({ at, text: "x".repeat(1000 * (20 - at)) })));
  assert.deepEqual(await new StateFile(path).load(), { at: 19, text: "x".repeat(1000) });
  assert.deepEqual(readdirSync(directory), ["overrides.json"]);
});

test("a save that the disk refuses does not stop the next one", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "bgp-lb-state-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "none", "overrides.json");
  const file = new StateFile(path);
  rmSync(directory, { recursive: true });
  writeFileSync(directory, "a file in the place of the directory");
  await assert.rejects(file.save({ at: 1 }), /ENOTDIR|EEXIST/);
  rmSync(directory);
  await file.save({ at: 1 });
  assert.deepEqual(await new StateFile(path).load(), { at: 1 });
});
