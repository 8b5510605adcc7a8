import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { AdminServer } from "../../src/admin/admin-server.ts";
import type { AdminActions } from "../../src/admin/api.ts";
import type { Event } from "../../src/core/event.ts";
import { EventRing } from "../../src/core/event.ts";
import { until } from "../support/until.ts";

/** The real server over a ring of ours. */
async function stage(t: TestContext, most = 1_000) {
  const directory = await mkdtemp(join(tmpdir(), "bgp-lb-events-"));
  const socketPath = join(directory, "admin.sock");
  const ring = new EventRing(most);
  const listeners = new Set<() => void>();
  const events = {
    read: ring.read.bind(ring),
    next: ring.next.bind(ring),
    listen: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const server = new AdminServer({ events } as unknown as AdminActions, (error) => assert.fail(String(error)));
  await server.listen(socketPath, undefined);
  t.after(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });
  let id = 0;
  const add = (over: Partial<Event> = {}) => {
    const at = `2026-01-01T00:00:${String(id % 60).padStart(2, "0")}.500Z`;
    ring.add({ id: ++id, at, kind: "health", services: ["web"], from: "up", to: "down", reason: "", ...over });
    for (const listener of listeners) listener();
  };
  const open = (path: string, method = "GET") =>
    new Promise<IncomingMessage>((resolve, reject) => {
      request({ socketPath, path, method }, resolve).on("error", reject).end();
    });
  const get = async (path: string, method = "GET") => {
    const response = await open(path, method);
    let text = "";
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode, body: JSON.parse(text) as { events?: Event[]; error?: string } };
  };
  return { add, get, open, listeners };
}

/** The lines of a stream as they come. */
function collect(response: IncomingMessage): string[] {
  const lines: string[] = [];
  let rest = "";
  response.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  });
  return lines;
}

const idOf = (line: string) => (JSON.parse(line) as Event).id;

test("entries are asked for by time, number, service and count; what cannot be understood is said", async (t) => {
  const { add, get } = await stage(t);
  for (let at = 0; at < 10; at++) add({ services: [at % 2 === 0 ? "web" : "dns"] });
  const ids = async (query: string) => (await get(`/events${query}`)).body.events?.map(({ id }) => id);
  assert.deepEqual(await ids("?limit=3"), [8, 9, 10]);
  assert.deepEqual(await ids("?service=dns&after=4"), [6, 8, 10]);
  assert.deepEqual(await ids("?service=dns&service=web&after=8"), [9, 10]);
  assert.deepEqual(await ids("?since=2026-01-01T00:00:08Z"), [9, 10]);
  assert.deepEqual(await ids("?since=2026-01-01T00:00:08.6Z"), [10]);
  const cases = [
    ["?since=yesterday", "events: since: must be a time in UTC, as 2026-01-02T03:04:05Z"],
    ["?limit=x", "events: limit: must be a number"],
    ["?limit=0", /^events: limit: /],
    ["?limit=999999", /^events: limit: /],
    ["?after=-1", /^events: after: /],
    [`?service=${"x".repeat(65)}`, /^events: service: /],
    ["?colour=red", /^events: the query: /],
  ] as const;
  for (const [query, error] of cases) {
    const { status, body } = await get(`/events${query}`);
    assert.equal(status, 422, query);
    if (typeof error === "string") assert.equal(body.error, error);
    else assert.match(body.error ?? "", error);
  }
  assert.deepEqual(await get("/events", "POST"), { status: 405, body: { error: "events are read with GET" } });
});

test("who follows gets what fits so far and each new entry as it comes; who goes is forgotten", async (t) => {
  const { add, open, listeners } = await stage(t);
  for (let at = 0; at < 5; at++) add();
  const response = await open("/events?follow=1&limit=2&service=web");
  const lines = collect(response);
  await until("the last two", () => lines.length === 2);
  add();
  add({ services: ["dns"] });
  add({ services: [] });
  await until("the new ones", () => lines.length === 4, { found: () => lines });
  assert.deepEqual(lines.map(idOf), [4, 5, 6, 8]);
  response.destroy();
  await until("forgotten", () => listeners.size === 0);
});

// fault: events-slow-reader
test("a client that does not read holds nothing up and costs no memory: it is told how much it missed", async (t) => {
  const { add, open } = await stage(t, 50);
  const response = await open("/events?follow=1");
  add();
  // Nobody reads: socket buffers fill up, and the ring runs on.
  for (let at = 0; at < 20_000; at++) add({ reason: "x".repeat(200) });
  const lines = collect(response);
  await until("the end", () => lines.some((line) => line.includes('"id":20001')));
  const missed = lines.flatMap((line) => (JSON.parse(line) as { missed?: number }).missed ?? []);
  const told = lines.filter((line) => !line.includes("missed"));
  assert.ok(missed.length > 0, "something was missed");
  assert.equal(told.length + missed.reduce((sum, one) => sum + one, 0), 20_001);
});

// fault: events-many-followers
test("only so many follow at once; the next is told so, and gets in when one has gone", async (t) => {
  const { open, get } = await stage(t);
  const first = await open("/events?follow=1");
  for (let at = 1; at < 16; at++) await open("/events?follow=1");
  const { status, body } = await get("/events?follow=1");
  assert.deepEqual([status, body.error], [503, "too many follow the events already"]);
  assert.equal((await get("/events")).status, 200);
  first.destroy();
  await until("a place", async () => {
    const next = await open("/events?follow=1");
    next.destroy();
    return next.statusCode === 200;
  });
});
