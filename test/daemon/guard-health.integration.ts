import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { GuardProcess } from "../support/guard.ts";

// fault: guard-asked
test("health -guard: well while it listens, whoever asks; not where it is stopped, or none is there", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "bgp-lb-guard-"));
  const guard = new GuardProcess(folder);
  t.after(async () => {
    await guard.end();
    await rm(folder, { recursive: true });
  });
  assert.deepEqual(await guard.health(), { code: 1, line: `no guard listens at ${guard.socket}` });
  await guard.start();
  const idle = { code: 0, line: "no controller has asked for a lease; nothing is to be watched" };
  assert.deepEqual(await guard.health(), idle);
  guard.signal("SIGSTOP");
  const hung = { code: 1, line: `the guard at ${guard.socket} does not answer: it is stopped or hung` };
  assert.deepEqual(await guard.health(), hung);
  guard.signal("SIGCONT");
  assert.deepEqual(await guard.health(), idle);
});
