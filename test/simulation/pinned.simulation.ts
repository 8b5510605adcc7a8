import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptOf, walk } from "./walk.ts";

/** Walks that broke a law once, beyond those that a run makes. */
async function keeps(seed: number): Promise<void> {
  assert.equal(await walk(scriptOf(seed)), undefined, `node test/simulation/replay.ts ${seed}`);
}

test("the ledger lost, the controller killed, the service out of the config: the next one leaves nothing announced", () =>
  keeps(12579));

// fault: controller-killed-unguarded
test("a controller is killed that never met a guard, and a guard comes that was never told of it: the next controller finds what is announced", () =>
  keeps(798339070));
