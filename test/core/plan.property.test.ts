import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { claim } from "../../src/core/claim.ts";
import { missing } from "../../src/core/dataplane.ts";
import type { Desired } from "../../src/core/desired.ts";
import { derive } from "../../src/core/desired.ts";
import { forecast } from "../../src/core/forecast.ts";
import { after } from "../../src/core/model.ts";
import type { Op } from "../../src/core/op.ts";
import { describe as words } from "../../src/core/op.ts";
import { plan } from "../../src/core/plan.ts";
import type { Observed } from "../../src/core/state.ts";
import { anyHealth, anyIntent, anyObserved, anyOwned } from "../support/world.ts";

function lines(ops: readonly Op[]): string[] {
  return ops.map(words);
}

/** VIPs that are announced although their own dataplane is not complete. */
function lies(desired: Desired, observed: Observed): Set<string> {
  const { kernel, speaker } = observed;
  if (kernel === undefined || speaker === undefined || speaker === "absent") return new Set();
  const announced = [...desired.announcements.values()].filter((one) => speaker.paths.has(one.path.prefix));
  return new Set(announced.filter((one) => missing(one, desired, kernel).length > 0).map((one) => one.path.prefix));
}

const world = fc.record({
  intent: anyIntent,
  health: anyHealth,
  observed: anyObserved,
  owned: anyOwned,
  stage: fc.constantFrom("serving" as const, "leaving" as const, "gone" as const),
});

test("property: in every world the plan converges, and no prefix of it makes a VIP announced that is not complete", () => {
  fc.assert(
    fc.property(world, (given) => {
      const desired = derive(given.intent, given.health, given.stage, true);
      const ops = forecast(desired, given.observed, given.owned);
      let state = given.observed;
      let before = lies(desired, state);
      for (const op of ops) {
        state = after(state, [op]);
        const now = lies(desired, state);
        // Taking down what is still announced, or announcing what is not complete, would add one.
        if (given.stage !== "gone") assert.deepEqual([...now.difference(before)], [], words(op));
        before = now;
      }
      const owned = claim(desired, state, claim(desired, given.observed, given.owned));
      assert.deepEqual(lines(plan(desired, state, owned, { blocked: () => true, tearDown: true })), []);
    }),
    { numRuns: 5000 },
  );
});

test("property: nothing is torn down under an announced path, nor while it is unknown what is announced", () => {
  fc.assert(
    fc.property(world, (given) => {
      const desired = derive(given.intent, given.health, given.stage, true);
      let state = given.observed;
      for (const op of forecast(desired, given.observed, given.owned)) {
        const vip =
          op.kind === "address.delete" ? op.address : op.kind === "virtualService.delete" ? op.service.vip : undefined;
        const stays = [...desired.links.values()].flat().some((one) => one.address === vip);
        if (vip !== undefined && !stays) {
          assert.notEqual(state.speaker, undefined, words(op));
          const paths =
            state.speaker === undefined || state.speaker === "absent" ? [] : [...state.speaker.paths.keys()];
          assert.ok(!paths.some((prefix) => prefix.startsWith(`${vip}/`)), words(op));
        }
        state = after(state, [op]);
      }
    }),
    { numRuns: 3000 },
  );
});

test("property: nothing foreign is ever changed", () => {
  fc.assert(
    fc.property(world, (given) => {
      const desired = derive(given.intent, given.health, given.stage, true);
      const ops = forecast(desired, given.observed, given.owned);
      const owned = claim(desired, given.observed, given.owned);
      for (const op of ops) {
        if (op.kind === "virtualService.delete" || op.kind === "virtualService.edit") {
          const key = `${op.service.protocol} ${op.service.vip.includes(":") ? `[${op.service.vip}]` : op.service.vip}:${op.service.port}`;
          assert.ok(
            [...owned.virtualServices].some((own) => own === key),
            words(op),
          );
        }
        if (op.kind === "address.delete") {
          const wanted = desired.links.get(op.link)?.some((vip) => vip.address === op.address) ?? false;
          assert.ok(wanted || owned.addresses.has(`${op.link} ${op.address}/${op.prefixLength}`), words(op));
        }
        if (op.kind === "link.delete")
          assert.equal(given.observed.kernel?.links.get(op.link)?.alias, "bgp-lb", words(op));
        if (op.kind === "link.mark" || op.kind === "link.up") {
          const link = given.observed.kernel?.links.get(op.link);
          assert.ok(link === undefined || link.kind === "dummy", words(op));
          assert.notEqual(link?.alias, "somebody", words(op));
        }
      }
    }),
    { numRuns: 3000 },
  );
});
