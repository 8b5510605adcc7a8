import assert from "node:assert/strict";
import { test } from "node:test";
import type { RoundsOptions } from "../../src/daemon/rounds.ts";
import { Rounds } from "../../src/daemon/rounds.ts";
import { stage } from "./operator-stage.ts";

// fault: word-ends-in-a-pass
test("an operator's word ends at its time, and not with the pass that hangs in the kernel meanwhile", async (t) => {
  const { start, clock, world } = await stage(t);
  const { operator, words } = await start();
  const pass = Promise.withResolvers<never>();
  // What a pass that breaks in the end has to do with; one that goes well has far more.
  const rounds = new Rounds({
    clock,
    operator,
    reconciler: { pass: () => pass.promise },
    reporter: { trouble: () => undefined },
    metrics: { brokenPass: () => undefined },
    beacon: { beat: () => undefined },
  } as unknown as RoundsOptions);
  await operator.force("web", "up", 10_000, { by: "alice", reason: "" });
  const passed = rounds.pass();
  await clock.advance(9_500);
  assert.deepEqual([words(), world.changes], [["web up "], 1]);
  await clock.advance(1_000);
  assert.deepEqual([words(), world.changes], [[], 2], "and what is announced changes at once");
  pass.reject(new Error("it hung"));
  await passed;
  assert.equal(clock.sleeping, 0);
});
