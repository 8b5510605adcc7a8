import assert from "node:assert/strict";
import { test } from "node:test";
import { earlyTeardowns, lies, type Seen } from "../../../lab/chaos/laws.ts";
import { routedSpans } from "../../../lab/chaos/routes.ts";
import { Sights } from "../../../lab/chaos/sights.ts";
import { fault, route, VIP } from "./evidence.ts";

const NOTHING: Seen = { faults: [], routes: new Map(), sights: [], kernel: new Map(), vips: [VIP], slow: 1 };
const WHOLE = { address: true, service: true, serves: true };
const GONE = { address: true, service: false, serves: false };
const ALWAYS = routedSpans([route(0, "h1", "announced")]);
const texts = (breaches: readonly { readonly text: string }[]) => breaches.map(({ text }) => text);

test("no lie: a route that outlives its backend by more than the bound", () => {
  const faults = [fault("backend killed", "h1", 10_000, 20_000)];
  assert.deepEqual(texts(lies({ ...NOTHING, faults, routes: ALWAYS })), [
    "fault 1 (backend killed, h1): a route after 10.0 s, the bound is 4 s",
  ]);
  const inTime = routedSpans([
    route(0, "h1", "announced"),
    route(13_900, "h1", "withdrawn"),
    route(21_000, "h1", "announced"),
  ]);
  assert.deepEqual(lies({ ...NOTHING, faults, routes: inTime }), []);
  assert.deepEqual(lies({ ...NOTHING, faults, routes: ALWAYS, slow: 10 }), []);
});

test("no lie: a fault that is over before its bound", () => {
  const faults = [fault("controller killed, back", "h1", 10_000, 13_000)];
  assert.deepEqual(lies({ ...NOTHING, faults, routes: ALWAYS }), []);
});

test("no lie: a peer's hold time is the same on each machine", () => {
  const faults = [fault("peer link down", "h1", 0, 60_000)];
  const lost = (at: number) => routedSpans([route(0, "h1", "announced"), route(at, "h1", "lost")]);
  assert.deepEqual(lies({ ...NOTHING, faults, routes: lost(38_000), slow: 10 }), []);
  assert.equal(lies({ ...NOTHING, faults, routes: lost(40_000), slow: 10 }).length, 1);
});

test("no lie: a dataplane that is not whole", () => {
  const sights = new Sights();
  sights.take("h1", VIP, 1000, WHOLE);
  sights.take("h1", VIP, 2000, GONE);
  assert.deepEqual(texts(lies({ ...NOTHING, routes: ALWAYS, sights: sights.changes() })), [
    "h1 has no whole dataplane for 203.0.113.10: a route after Infinity s, the bound is 13 s",
  ]);
  sights.take("h1", VIP, 9000, WHOLE);
  assert.deepEqual(lies({ ...NOTHING, routes: ALWAYS, sights: sights.changes() }), []);
});

test("withdrawn first: an address that goes while it is announced", () => {
  const kernel = new Map([["h1", [{ at: 5000, text: `Deleted 5: web    inet ${VIP}/32 scope global web` }]]]);
  assert.deepEqual(texts(earlyTeardowns({ ...NOTHING, routes: ALWAYS, kernel })), [
    "the address of 203.0.113.10 on h1 went at 00:00:05.000, still announced",
  ]);
  const withdrawn = routedSpans([route(0, "h1", "announced"), route(3000, "h1", "withdrawn")]);
  assert.deepEqual(earlyTeardowns({ ...NOTHING, routes: withdrawn, kernel }), []);
  const faults = [fault("link deleted", "h1", 4950, 5000)];
  assert.deepEqual(earlyTeardowns({ ...NOTHING, routes: ALWAYS, kernel, faults }), []);
});

test("withdrawn first: a virtual service that was there at the look before", () => {
  const sights = new Sights();
  sights.take("h1", VIP, 1000, WHOLE);
  sights.take("h1", VIP, 4000, WHOLE);
  sights.take("h1", VIP, 5000, GONE);
  const seen = { ...NOTHING, sights: sights.changes() };
  assert.equal(earlyTeardowns({ ...seen, routes: ALWAYS }).length, 1);
  assert.deepEqual(earlyTeardowns({ ...seen, routes: ALWAYS, faults: [fault("IPVS flushed", "h1", 4500, 4600)] }), []);
  // Between the two looks: nobody can tell which was first.
  const withdrawn = routedSpans([route(0, "h1", "announced"), route(4500, "h1", "withdrawn")]);
  assert.deepEqual(earlyTeardowns({ ...seen, routes: withdrawn }), []);
});
