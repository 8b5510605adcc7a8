import assert from "node:assert/strict";
import { test } from "node:test";
import type { RouterEvent } from "../../../lab/bird-log.ts";
import { account, type Failure } from "../../../lab/chaos/accounting.ts";
import type { FaultRecord } from "../../../lab/chaos/record.ts";
import { routedSpans } from "../../../lab/chaos/routes.ts";
import { fault, route, VIP } from "./evidence.ts";

const BEGIN: readonly RouterEvent[] = ["h1", "h2", "h3"].map((host) => route(0, host, "announced"));

function failure(start: number, end: number, ...hosts: string[]): Failure {
  return { request: { kind: "request", start, end, vip: VIP, flow: "198.51.100.2 20000", error: "timeout" }, hosts };
}

function causeOf(one: Failure, faults: readonly FaultRecord[], events: readonly RouterEvent[]): string {
  const all = [...BEGIN, ...events];
  const [found] = account([one], { faults, events: all, routes: routedSpans(all), slow: 1 });
  return found?.cause === undefined ? "none" : `${found.cause} by ${found.fault?.kind} of ${found.fault?.host}`;
}

test("struck: sent to the host of a fault, before its route went and a second later", () => {
  const faults = [fault("backend killed", "h1", 10_000, 20_000)];
  const gone = [route(12_000, "h1", "withdrawn")];
  assert.equal(causeOf(failure(10_500, 10_600, "h1"), faults, gone), "struck by backend killed of h1");
  assert.equal(causeOf(failure(9_000, 11_000, "h1"), faults, gone), "struck by backend killed of h1");
  assert.equal(causeOf(failure(12_900, 12_950, "h1"), faults, gone), "struck by backend killed of h1");
  assert.equal(causeOf(failure(13_100, 13_200, "h1"), faults, gone), "none");
  assert.equal(causeOf(failure(9_000, 9_900, "h1"), faults, gone), "none");
});

test("another host's fault is no reason", () => {
  assert.equal(causeOf(failure(10_500, 10_600, "h2"), [fault("backend killed", "h1", 10_000, 20_000)], []), "none");
});

test("a fault that may cost nothing explains nothing", () => {
  for (const kind of [
    "controller killed, back",
    "controller leaves",
    "guard killed",
    "reload, unchanged",
    "drained",
  ] as const)
    assert.equal(causeOf(failure(10_500, 10_600, "h1"), [fault(kind, "h1", 10_000, 20_000)], []), "none");
});

test("what the controller mends is a reason until the host is well", () => {
  const faults = [fault("VIP deleted", "h1", 10_000, 10_000, 13_000)];
  assert.equal(causeOf(failure(12_500, 12_600, "h1"), faults, []), "struck by VIP deleted of h1");
  assert.equal(causeOf(failure(14_500, 14_600, "h1"), faults, []), "none");
});

test("moved: on the way to two hosts while a fault changed a route", () => {
  const faults = [fault("controller leaves", "h1", 10_000, 20_000, 23_000)];
  const events = [route(10_500, "h1", "withdrawn"), route(22_000, "h1", "announced")];
  assert.equal(causeOf(failure(10_450, 10_600, "h2", "h3"), faults, events), "moved by controller leaves of h1");
  assert.equal(causeOf(failure(21_990, 22_100, "h2", "h1"), faults, events), "moved by controller leaves of h1");
  assert.equal(causeOf(failure(10_450, 10_600, "h2"), faults, events), "none");
  assert.equal(causeOf(failure(15_000, 15_100, "h2", "h3"), faults, events), "none");
});

test("unsent: to nobody, while a link is dead", () => {
  const faults = [fault("peer link down", "h1", 10_000, 20_000)];
  assert.equal(causeOf(failure(10_500, 12_500), faults, []), "unsent by peer link down of h1");
  assert.equal(causeOf(failure(30_500, 32_500), faults, []), "none");
  assert.equal(causeOf(failure(10_500, 12_500), [fault("backend killed", "h1", 10_000, 20_000)], []), "none");
});
