import assert from "node:assert/strict";
import { test } from "node:test";
import { freeFrom, hostSpans, routedSpans, within } from "../../../lab/chaos/routes.ts";
import { route } from "./evidence.ts";

const FOREVER = Number.POSITIVE_INFINITY;

test("a route is there from its first announcement to its withdrawal or loss", () => {
  const spans = routedSpans([
    { kind: "session", at: 0, host: "h1", up: true },
    route(1, "h1", "announced"),
    route(2, "h1", "announced"),
    route(3, "h2", "announced"),
    route(5, "h1", "withdrawn"),
    route(8, "h1", "announced"),
    route(9, "h2", "lost"),
  ]);
  assert.deepEqual(spans.get("h1 203.0.113.10/32"), [
    { from: 1, to: 5 },
    { from: 8, to: FOREVER },
  ]);
  assert.deepEqual(spans.get("h2 203.0.113.10/32"), [{ from: 3, to: 9 }]);
});

test("a host is routed while any of its routes is", () => {
  const routes = new Map([
    [
      "h1 a",
      [
        { from: 1, to: 5 },
        { from: 9, to: 12 },
      ],
    ],
    ["h1 b", [{ from: 3, to: 7 }]],
    ["h11 a", [{ from: 0, to: 99 }]],
  ]);
  assert.deepEqual(hostSpans(routes, "h1"), [
    { from: 1, to: 7 },
    { from: 9, to: 12 },
  ]);
});

test("free from the end of the span that holds", () => {
  const spans = [
    { from: 1, to: 5 },
    { from: 8, to: FOREVER },
  ];
  assert.deepEqual(
    [0, 1, 5, 8].map((at) => freeFrom(spans, at)),
    [0, 5, 5, undefined],
  );
});

test("what lies within a span", () => {
  assert.deepEqual(
    within(
      [
        { from: 1, to: 5 },
        { from: 8, to: FOREVER },
      ],
      { from: 4, to: 10 },
    ),
    [
      { from: 4, to: 5 },
      { from: 8, to: 10 },
    ],
  );
  assert.deepEqual(within([{ from: 1, to: 5 }], { from: 5, to: 4 }), []);
});
