import assert from "node:assert/strict";
import { test } from "node:test";
import { BREAKS, BUGS, type BugName } from "./bugs.ts";
import { walkAll } from "./crew.ts";

/** A fiftieth of the walks that all have to be kept. */
const BUDGET = 400;
const FIRST = Number(process.env["BGP_LB_SEED"] ?? 1);

for (const bug of Object.keys(BUGS) as BugName[])
  test(`a daemon that ${bug} is found within ${BUDGET} walks from seed ${FIRST} on`, async () => {
    const found = await walkAll({ first: FIRST, walks: BUDGET, bug });
    assert.notEqual(found.length, 0, "not found");
    assert.ok(
      found.some(({ law }) => law === BREAKS[bug]),
      found.map(({ text }) => text).join("\n"),
    );
  });
