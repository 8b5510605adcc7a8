import assert from "node:assert/strict";
import { test } from "node:test";
import type { RouterEvent } from "../../lab/bird-log.ts";
import { account, ROUTES_MOVED } from "../../lab/chaos/account.ts";
import { FAULTS } from "../../lab/chaos/faults.ts";
import { randomOf, shuffled } from "../../lab/chaos/random.ts";
import type { RequestReport } from "../../lab/traffic.ts";

const request = (start: number, end: number, error?: string): RequestReport => ({
  kind: "request",
  start,
  end,
  vip: "203.0.113.10",
  ...(error !== undefined && { error }),
});
const moved = (at: number, kind: "withdrawn" | "repeated" = "withdrawn"): RouterEvent => ({
  kind,
  at,
  host: "h1",
  prefix: "203.0.113.10/32",
});

test("a failed request is explained by a fault in whose window it was under way, or by routes that moved meanwhile, else by nothing", () => {
  const windows = [{ cause: "service killed", from: 10_000, to: 12_000 }];
  const requests = [
    request(0, 100),
    request(9_900, 10_001, "reset"),
    request(11_999, 20_000, "timeout"),
    request(12_500, 13_000, "refused"),
    request(30_000, 31_000, "reset"),
    request(40_000, 41_000, "reset"),
  ];
  const found = account(requests, windows, [moved(30_500), moved(40_500, "repeated")]);
  assert.equal(found.requests, 6);
  assert.deepEqual(
    [...found.causes],
    [
      ["service killed", 2],
      [ROUTES_MOVED, 1],
    ],
  );
  assert.deepEqual(
    found.unexplained.map(({ start }) => start),
    [12_500, 40_000],
  );
});

test("the same seed makes the same order of faults, another one another, and each fault comes in it", () => {
  const order = (seed: number) => shuffled(FAULTS, randomOf(seed)).map(({ name }) => name);
  assert.deepEqual(order(7), order(7));
  assert.notDeepEqual(order(7), order(8));
  assert.deepEqual(order(7).sort(), FAULTS.map(({ name }) => name).sort());
});
