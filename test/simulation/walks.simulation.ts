import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { walkAll } from "./crew.ts";

const WALKS = Number(process.env["BGP_LB_WALKS"] ?? 20_000);
const FIRST = Number(process.env["BGP_LB_SEED"] ?? 2_037_410_340);

test(`${WALKS} walks from seed ${FIRST} on keep all laws`, { timeout: 1_800_000 }, async () => {
  const began = performance.now();
  const found = await walkAll({ first: FIRST, walks: WALKS });
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    `  ${WALKS} walks, seeds ${FIRST} to ${FIRST + WALKS - 1}, ${availableParallelism()} cores: ${seconds} s`,
  );
  assert.deepEqual(found, [], found.map(({ text }) => text).join("\n"));
});
