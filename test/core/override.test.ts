import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Community } from "../../src/core/community.ts";
import { derive } from "../../src/core/desired.ts";
import type { Drain, DrainLook, Override } from "../../src/core/override.ts";
import { demote, overrideWords, QUIET_MS, watchDrain } from "../../src/core/override.ts";
import { samePath } from "../../src/core/path.ts";
import { draining, forced } from "../support/override.ts";
import { health, intent, ip, service } from "../support/world.ts";

const SHARED = intent([
  service("web", ["10.88.2.1"]),
  service("dns", ["10.88.2.1", "10.88.2.2"], { virtualServices: [] }),
]);

/** What is wanted of web's VIP, which dns shares: `announce`, `announce, worse`, `withdraw`, ... and why. */
function wanted(words: Readonly<Record<string, Override>>, web: "up" | "down" | "unknown" = "up") {
  const desired = derive(SHARED, health({ web, dns: "up" }), "serving", true, new Map(Object.entries(words)));
  const [first] = [...desired.announcements.values()];
  const links = [...desired.links].map(([link, vips]) => `${link}: ${vips.map((vip) => vip.address).join()}`);
  return { what: `${first?.want}${first?.draining ? ", worse" : ""}`, reason: first?.reason, path: first?.path, links };
}

test("an operator's word stands above the checks, and one drained service makes the shared prefix drain", () => {
  assert.equal(wanted({}).what, "announce");
  assert.equal(wanted({ web: draining() }).what, "announce, worse");
  assert.equal(wanted({ dns: draining() }).what, "announce, worse");
  assert.equal(
    wanted({ web: draining() }).reason,
    "web is draining by alice: kernel update, until 2026-01-01T00:05:00Z at the latest; said 2026-01-01T00:00:00Z; web is up: a test says so",
  );
  assert.equal(wanted({ web: draining() }, "down").what, "withdraw, worse", "a drain of what is down just withdraws");
  assert.equal(wanted({ web: draining() }, "unknown").what, "keep, worse");
  assert.equal(wanted({ web: draining({ regardless: true }) }, "down").what, "announce, worse");
  assert.equal(wanted({ web: forced("up") }, "down").what, "announce");
  assert.equal(wanted({ web: forced("down") }).what, "withdraw");
  assert.equal(
    wanted({ web: forced("up"), dns: forced("down") }).reason,
    "dns is forced down by bob; said 2026-01-01T00:00:00Z",
  );
});

test("the dataplane of a drained service goes, but for a VIP that another still has", () => {
  const drained = draining({ result: "quiet" });
  assert.deepEqual(wanted({ web: drained }).links, ["dns: 10.88.2.1,10.88.2.2"]);
  assert.deepEqual(wanted({ web: draining() }).links, ["web: 10.88.2.1", "dns: 10.88.2.1,10.88.2.2"]);
  assert.deepEqual(wanted({ web: forced("down") }).links.length, 2, "forced down may be forced up again soon");
  assert.equal(wanted({ web: drained }).what, "withdraw");
});

test("a draining path is worse than what the config says, and never better", () => {
  const { path } = wanted({ web: draining() });
  assert.deepEqual([path?.med, path?.communities], [1_000_000, ["65535:0"]]);
  fc.assert(
    fc.property(fc.option(fc.integer({ min: 0, max: 4_294_967_295 }), { nil: undefined }), (med) => {
      const own = { prefix: "10.88.2.1/32" as never, nextHop: ip("10.0.0.1"), communities: ["65000:1" as Community] };
      const plain = med === undefined ? own : { ...own, med };
      const worse = demote(plain);
      assert.ok((worse.med ?? 0) >= (med ?? 0) && (worse.med ?? 0) <= 4_294_967_295);
      assert.deepEqual(worse.communities, ["65000:1", "65535:0"]);
      assert.ok(!samePath(plain, worse));
    }),
  );
});

test("what is said about each word", () => {
  const said = [
    forced("up", { until: "2026-01-01T00:10:00Z", reason: "checks lie" }),
    draining({ result: "quiet" }),
    draining({ result: "not announced", reason: "" }),
    draining({ result: "deadline", connections: { active: 3, accepted: 9 } }),
    draining({ result: "deadline", connections: { active: 1, accepted: 9 } }),
    draining({ result: "deadline" }),
  ];
  assert.deepEqual(said.map(overrideWords), [
    "forced up by bob: checks lie, until 2026-01-01T00:10:00Z",
    "drained by alice: kernel update (quiet, nothing was left)",
    "drained by alice (it was not announced)",
    "drained by alice: kernel update (at the deadline, 3 connections left)",
    "drained by alice: kernel update (at the deadline, 1 connection left)",
    "drained by alice: kernel update (at the deadline, unknown connections left)",
  ]);
});

const DEADLINE = 60_000;
const anyStep = fc.record({
  after: fc.integer({ min: 0, max: 3_000 }),
  active: fc.constantFrom(0, 0, 0, 0, 2),
  fresh: fc.constantFrom(0, 0, 0, 0, 0, 1),
  blind: fc.constantFrom(false, false, false, false, false, true),
  serving: fc.constantFrom(...new Array<boolean>(60).fill(true), false),
});

test("property: a drain ends once: by the deadline at the latest, and as quiet only after a time in which nothing came or stood", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60, size: "max" }), (steps) => {
      let now = 0;
      let accepted = 0;
      const looks: DrainLook[] = [];
      let drain: Drain = draining({ deadline: DEADLINE });
      for (const { after, active, fresh, blind, serving } of steps) {
        now += after;
        accepted += fresh;
        const look = { now, serving, connections: blind ? undefined : { active, accepted } };
        const before = drain;
        drain = watchDrain(drain, look);
        if (before.result !== undefined) {
          assert.equal(drain, before, "what is drained stays as it is");
          continue;
        }
        looks.push(look);
        seen.add(drain.result ?? "draining");
        const window = looks.filter((one) => one.now > now - QUIET_MS);
        const quiet =
          window.every((one) => one.connections?.active === 0) &&
          new Set(window.map((one) => one.connections?.accepted)).size === 1;
        if (!serving) assert.equal(drain.result, "not announced");
        else if (drain.result === "quiet") assert.ok(quiet, "it was not quiet");
        else if (now >= DEADLINE) assert.equal(drain.result, "deadline");
        else assert.equal(drain.result, undefined);
      }
    }),
    { numRuns: 2_000 },
  );
  assert.deepEqual(
    [...seen].sort(),
    ["deadline", "draining", "not announced", "quiet"],
    "all of it was walked through",
  );
});
