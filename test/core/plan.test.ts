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
import { OWNS_NOTHING } from "../../src/core/ownership.ts";
import { plan } from "../../src/core/plan.ts";
import type { Observed } from "../../src/core/state.ts";
import {
  anyHealth,
  anyIntent,
  anyObserved,
  anyOwned,
  BARE,
  EMPTY_KERNEL,
  health,
  intent,
  ip,
  service,
} from "../support/world.ts";

const EAGER = { repair: true, tearDown: true };
const web = service("web", ["10.88.2.1", "2001:db8:f::1"]);

function lines(ops: readonly Op[]): string[] {
  return ops.map(words);
}

function apply(observed: Observed, ops: readonly Op[]): Observed {
  return ops.reduce(after, observed);
}

test("a bare host with a healthy service: BGP, policy, dataplane, paths, then peers", () => {
  const desired = derive(intent([web]), health({ web: "up" }), "serving", true);
  assert.deepEqual(lines(forecast(desired, BARE, OWNS_NOTHING)), [
    "start BGP as AS 65512, router ID 10.88.0.200, not listening",
    "set the local-only policy",
    "add dummy link web",
    "mark link web as ours",
    "set link web up",
    "bind 10.88.2.1/32 to web",
    "bind 2001:db8:f::1/128 to web",
    "add virtual service tcp 10.88.2.1:80 rr",
    "add real server 10.88.0.200:8080 masquerade weight 1 to tcp 10.88.2.1:80",
    "add virtual service tcp [2001:db8:f::1]:80 rr",
    "add real server [2001:db8:1::200]:8080 masquerade weight 1 to tcp [2001:db8:f::1]:80",
    "announce 10.88.2.1/32 next hop 10.88.0.200",
    "announce 2001:db8:f::1/128 next hop 2001:db8:1::200",
    "add peer 10.88.0.253 AS 65512 port 179",
  ]);
});

test("unknown health builds, and neither announces nor withdraws", () => {
  const desired = derive(intent([web]), health({}), "serving", true);
  const built = apply(BARE, forecast(desired, BARE, OWNS_NOTHING));
  assert.ok(built.speaker !== undefined && built.speaker !== "absent");
  assert.equal(built.speaker.paths.size, 0);
  assert.deepEqual([...(built.kernel?.links.keys() ?? [])], ["web"]);
  const announced = apply(
    built,
    forecast(derive(intent([web]), health({ web: "up" }), "serving", true), built, OWNS_NOTHING),
  );
  assert.deepEqual(forecast(desired, announced, OWNS_NOTHING), []);
});

test("a restart over existing state plans nothing, with the ledger and without", () => {
  const desired = derive(intent([web]), health({ web: "up" }), "serving", true);
  const standing = apply(BARE, forecast(desired, BARE, OWNS_NOTHING));
  assert.deepEqual(forecast(derive(intent([web]), health({}), "serving", false), standing, OWNS_NOTHING), []);
});

test("a dead service is withdrawn without a look at the kernel", () => {
  const up = derive(intent([web]), health({ web: "up" }), "serving", true);
  const standing = apply(BARE, forecast(up, BARE, OWNS_NOTHING));
  const down = derive(intent([web]), health({ web: "down" }), "serving", true);
  const blind = { ...standing, kernel: undefined };
  assert.deepEqual(lines(plan(down, blind, OWNS_NOTHING, EAGER)), [
    "withdraw 10.88.2.1/32",
    "withdraw 2001:db8:f::1/128",
  ]);
});

test("a broken dataplane under an announced VIP is repaired first, and withdrawn when that did not help", () => {
  const desired = derive(intent([service("web", ["10.88.2.1"])]), health({ web: "up" }), "serving", true);
  const standing = apply(BARE, forecast(desired, BARE, OWNS_NOTHING));
  const broken = { ...standing, kernel: EMPTY_KERNEL };
  const owned = claim(desired, broken, OWNS_NOTHING);
  assert.ok(!lines(plan(desired, broken, owned, EAGER)).includes("withdraw 10.88.2.1/32"));
  assert.equal(lines(plan(desired, broken, owned, { repair: false, tearDown: true }))[0], "withdraw 10.88.2.1/32");
});

test("the last service to leave a VIP's prefix takes it along, one of two that is down withdraws it", () => {
  const shared = [service("web", ["10.88.2.1"]), { ...service("mail", ["10.88.2.1"]), virtualServices: [] }];
  const wanted = (verdicts: Parameters<typeof health>[0]) =>
    [...derive(intent(shared), health(verdicts), "serving", true).announcements.values()].map((one) => one.want);
  assert.deepEqual(wanted({ web: "up", mail: "up" }), ["announce"]);
  assert.deepEqual(wanted({ web: "up", mail: "down" }), ["withdraw"]);
  assert.deepEqual(wanted({ web: "up" }), ["keep"]);
});

test("foreign addresses, links and virtual services survive a leave", () => {
  const desired = derive(intent([web]), health({ web: "up" }), "serving", true);
  const standing = apply(BARE, forecast(desired, BARE, OWNS_NOTHING));
  const owned = claim(desired, standing, OWNS_NOTHING);
  const link = standing.kernel?.links.get("web");
  assert.ok(link !== undefined && standing.kernel !== undefined);
  const foreign = { address: ip("192.0.2.77"), prefixLength: 32, usable: true };
  const kernel = {
    ...standing.kernel,
    links: new Map([["web", { ...link, addresses: [...link.addresses, foreign] }]]),
  };
  const gone = derive(intent([web]), health({}), "gone", true);
  const left = apply({ ...standing, kernel }, forecast(gone, { ...standing, kernel }, owned));
  assert.deepEqual(left.kernel?.links.get("web")?.addresses, [foreign]);
  assert.equal(left.kernel?.virtualServices?.size, 0);
});

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
        state = after(state, op);
        const now = lies(desired, state);
        // Taking down what is still announced, or announcing what is not complete, would add one.
        if (given.stage !== "gone") assert.deepEqual([...now.difference(before)], [], words(op));
        before = now;
      }
      const owned = claim(desired, state, claim(desired, given.observed, given.owned));
      assert.deepEqual(lines(plan(desired, state, owned, { repair: false, tearDown: true })), []);
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
        state = after(state, op);
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
