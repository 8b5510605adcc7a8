import assert from "node:assert/strict";
import { test } from "node:test";
import { type Outcome, report, secondsToWithdraw } from "../../../lab/chaos/report.ts";
import { routedSpans } from "../../../lab/chaos/routes.ts";
import { fault, route, VIP } from "./evidence.ts";

const FAULT = fault("backend killed", "h1", 10_000, 20_000, 23_000);
const ROUTES = routedSpans([
  route(0, "h1", "announced"),
  route(11_500, "h1", "withdrawn"),
  route(22_000, "h1", "announced"),
]);
const REQUEST = {
  kind: "request",
  start: 10_100,
  end: 10_150,
  vip: VIP,
  flow: "198.51.100.2 20000",
  error: "ECONNREFUSED",
} as const;
const OUTCOME: Outcome = {
  seed: 7,
  faults: [FAULT],
  routes: ROUTES,
  requests: 500,
  failures: [{ request: REQUEST, hosts: ["h1"], cause: "struck", fault: FAULT }],
  breaches: [],
};

test("each kind has its times and its cost, and the last line is plain", () => {
  const lines = report(OUTCOME);
  assert.match(
    lines.find((line) => line.startsWith("backend killed")) ?? "",
    /^backend killed +1 +1\.5 +1\.5 +3\.0 +3\.0 +1$/,
  );
  assert.ok(
    lines.some((line) => line.startsWith("Requests: 500 sent, 1 failed: 1 sent to a host in its fault (struck)")),
  );
  assert.equal(lines.filter((line) => line.startsWith("kept")).length, 5);
  assert.equal(lines.at(-1), "All laws kept: 1 faults, seed 7.");
});

test("what broke is told with its law, and which request nothing explains", () => {
  const lines = report({
    ...OUTCOME,
    failures: [{ request: REQUEST, hosts: [] }],
    breaches: [{ law: "accounted", text: "1 requests failed for no fault" }],
  });
  assert.ok(lines.includes("  unexplained: 203.0.113.10 at 00:00:10.100, ECONNREFUSED after 50 ms, sent to nobody"));
  assert.ok(lines.some((line) => line.startsWith("BROKEN  accounted: ")));
  assert.equal(lines.at(-1), "Laws broken: accounted; 1 faults, seed 7.");
});

test("a host that kept its routes took no time to lose them", () => {
  assert.equal(secondsToWithdraw(FAULT, routedSpans([route(0, "h1", "announced")])), undefined);
  assert.equal(secondsToWithdraw(FAULT, ROUTES), 1.5);
});
