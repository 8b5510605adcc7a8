import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { systemClock } from "../../src/daemon/clock.ts";

test("a sleep ends with its time or with its signal, and leaves nothing at a signal that lives longer", async () => {
  const long = new AbortController();
  const began = performance.now();
  await systemClock.sleep(20, long.signal);
  assert.ok(performance.now() - began >= 19);
  assert.equal(getEventListeners(long.signal, "abort").length, 0);

  const ended = systemClock.sleep(3_600_000, long.signal);
  long.abort();
  await ended;
  assert.equal(getEventListeners(long.signal, "abort").length, 0);
  await systemClock.sleep(3_600_000, long.signal);
});
