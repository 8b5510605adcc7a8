import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { SpeakerEvent } from "../../src/core/ports.ts";
import { Events } from "../../src/speaker/events.ts";
import { GobgpSpeaker } from "../../src/speaker/speaker.ts";
import { v3 } from "../../src/speaker/v3.ts";
import { v4 } from "../../src/speaker/v4.ts";
import { until } from "../support/until.ts";
import { FakeGobgpd, NEVER, serveHttp, status } from "./fake-gobgpd.ts";
import { clock, never } from "./stage.ts";

const STARTED = { global: { asn: 64512, router_id: "10.0.0.1", listen_port: -1 } };

interface Scene {
  readonly speaker: GobgpSpeaker;
  readonly events: SpeakerEvent[];
  /** Tries of the supervisor: what it slept between two of them. */
  readonly sleeps: number[];
}

/** A speaker whose sleeps take a tenth of their time, so that a test sees many tries. */
function follow(t: TestContext, api: string): Scene {
  const events: SpeakerEvent[] = [];
  const sleeps: number[] = [];
  const quick = {
    now: clock.now,
    sleep: (ms: number, signal?: AbortSignal) => {
      sleeps.push(ms);
      return clock.sleep(ms / 10, signal);
    },
  };
  const speaker = new GobgpSpeaker({ address: api, clock: quick, onEvent: (event) => events.push(event) });
  t.after(() => speaker.stop());
  speaker.start();
  return { speaker, events, sleeps };
}

// fault: gobgpd-is-none
test("what is not gobgpd is told once, however often it is tried", async (t) => {
  const fake = await FakeGobgpd.serve(undefined);
  t.after(() => fake.stop());
  const { events, sleeps } = follow(t, fake.api);
  await until("five tries", () => sleeps.length >= 5);
  assert.equal(events.length, 1);
  assert.match(JSON.stringify(events[0]), /is not GoBGP 3 or 4/);
  assert.deepEqual(new Set(sleeps), new Set([1000]), "asked less often than one that is gone");
});

test("a web server, and nobody at all, are told once", async (t) => {
  const web = await serveHttp();
  t.after(() => web.stop());
  for (const api of [web.api, "127.0.0.1:1", "unix:///nonexistent/api.sock", "no such name:1"]) {
    const { events, sleeps } = follow(t, api);
    await until("five tries", () => sleeps.length >= 5);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ["down"],
      api,
    );
  }
});

// fault: gobgpd-without-events
test("a gobgpd that answers GetBgp but never begins its event stream is not up", async (t) => {
  const fake = await FakeGobgpd.serve(v3, { GetBgp: () => STARTED, WatchEvent: () => [] });
  t.after(() => fake.stop());
  const { events, sleeps } = follow(t, fake.api);
  await until("some tries", () => sleeps.filter((ms) => ms === 200).length >= 3);
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ["down"],
  );
});

test("one missed heartbeat is no outage", async (t) => {
  let asked = 0;
  const fake = await FakeGobgpd.serve(v4, {
    GetBgp: () => {
      if (++asked === 3) throw status(4, "slow");
      return STARTED;
    },
  });
  t.after(() => fake.stop());
  const { events } = follow(t, fake.api);
  await until("more heartbeats", () => asked >= 6);
  assert.deepEqual(events, [{ kind: "up", version: "GoBGP 4", api: fake.api }]);
});

test("two missed heartbeats in a row are an outage, and the next answer ends it", async (t) => {
  let asked = 0;
  const fake = await FakeGobgpd.serve(v4, {
    GetBgp: () => {
      asked++;
      if (asked === 3 || asked === 4) throw status(4, "slow");
      return STARTED;
    },
  });
  t.after(() => fake.stop());
  const { events } = follow(t, fake.api);
  await until("up again", () => events.length >= 3);
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ["up", "down", "up"],
  );
  assert.match(JSON.stringify(events[1]), /does not answer within 2 s/);
});

test("the death of gobgpd ends the calls in flight with its own reason", async (t) => {
  const fake = await FakeGobgpd.serve(v4, {
    GetBgp: () => STARTED,
    ListPeer: () => NEVER,
    ListPath: () => [],
    ListPolicyAssignment: () => [],
  });
  const { speaker, events } = follow(t, fake.api);
  await until("up", () => events.length === 1);
  const observed = speaker.observe(never());
  await until("the list call", () => fake.calls.includes("ListPeer"));
  fake.stop();
  await assert.rejects(observed, /cannot be reached/);
  await until("down", () => events.length === 2);
  await assert.rejects(speaker.observe(never()), /cannot be reached/);
});

test("stop ends everything, twice is fine, and nothing is told after it", async (t) => {
  const fake = await FakeGobgpd.serve(v4, { GetBgp: () => STARTED });
  t.after(() => fake.stop());
  const { speaker, events } = follow(t, fake.api);
  await until("up", () => events.length === 1);
  await Promise.all([speaker.stop(), speaker.stop()]);
  speaker.start();
  await assert.rejects(speaker.observe(never()), /was closed/);
  assert.equal(events.length, 1);
  const unstarted = new GobgpSpeaker({ address: fake.api, clock, onEvent: () => assert.fail("told") });
  await unstarted.stop();
});

test("session changes are told once each, table changes in bundles, and empty tables not at all", async () => {
  const peer = (session_state: number) => ({ conf: { neighbor_address: "10.0.0.2" }, state: { session_state } });
  const dummy = { conf: { neighbor_address: "invalid IP" }, state: { session_state: 1 } };
  const table = { table: { paths: [{ source_asn: 64513 }, { source_asn: 0 }] } };
  const learned = { table: { paths: [{ source_asn: 64513 }] } };
  const stream = [
    { peer: { type: 1, peer: peer(3) } },
    { peer: { type: 2, peer: dummy } },
    { peer: { type: 3, peer: peer(3) } },
    { peer: { type: 3, peer: peer(6) } },
    { peer: { type: 3, peer: peer(6) } },
    { table: { paths: [] } },
    learned,
    ...Array.from({ length: 100 }, () => table),
  ];
  const events: SpeakerEvent[] = [];
  const ended = new AbortController();
  const one = new Events(clock, (event) => events.push(event), ended.signal);
  for (const event of stream.slice(0, 2)) one.take(wire(event));
  await one.live;
  assert.deepEqual(events, [], "silent until it is open");
  one.open();
  for (const event of stream.slice(2)) one.take(wire(event));
  await until("the table", () => events.some(({ kind }) => kind === "table"));
  assert.deepEqual(events, [
    { kind: "session", peer: "10.0.0.2", state: "active" },
    { kind: "session", peer: "10.0.0.2", state: "established" },
    { kind: "table" },
  ]);
  ended.abort();
  one.take(wire(table));
  await clock.sleep(0);
  assert.equal(events.length, 3);
});

/** As proto-loader hands it over: with the name of the field that is set. */
function wire(event: object): never {
  return { event: Object.keys(event)[0], ...event } as never;
}
