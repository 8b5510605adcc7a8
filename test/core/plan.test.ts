import assert from "node:assert/strict";
import { test } from "node:test";
import { claim } from "../../src/core/claim.ts";
import { derive } from "../../src/core/desired.ts";
import { forecast } from "../../src/core/forecast.ts";
import { after } from "../../src/core/model.ts";
import type { Op } from "../../src/core/op.ts";
import { describe as words } from "../../src/core/op.ts";
import { OWNS_NOTHING } from "../../src/core/ownership.ts";
import { plan } from "../../src/core/plan.ts";
import { virtualServiceKey } from "../../src/core/service.ts";
import type { Observed } from "../../src/core/state.ts";
import { BARE, EMPTY_KERNEL, health, intent, ip, service } from "../support/world.ts";

const EAGER = { blocked: () => false, tearDown: true };
const web = service("web", ["10.88.2.1", "2001:db8:f::1"]);

function lines(ops: readonly Op[]): string[] {
  return ops.map(words);
}

function apply(observed: Observed, ops: readonly Op[]): Observed {
  return after(observed, ops);
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

test("what the original left behind on a host is taken over, and only what it lacks is added", () => {
  const legacy = service("matchbox", ["10.88.2.1"]);
  const link = {
    name: "matchbox",
    kind: "dummy",
    alias: "",
    up: false,
    addresses: [{ address: ip("10.88.2.1"), prefixLength: 32, usable: true }],
  };
  const table = new Map(legacy.virtualServices.map((one) => [virtualServiceKey(one), one]));
  const left = { ...BARE, kernel: { links: new Map([["matchbox", link]]), virtualServices: table } };
  const desired = derive(intent([legacy]), health({ matchbox: "up" }), "serving", true);
  const ops = lines(forecast(desired, left, OWNS_NOTHING)).filter(
    (line) => line.includes("matchbox") || line.includes("service"),
  );
  assert.deepEqual(ops, ["mark link matchbox as ours", "set link matchbox up"]);
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
  assert.equal(
    lines(plan(desired, broken, owned, { blocked: () => true, tearDown: true }))[0],
    "withdraw 10.88.2.1/32",
  );
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
