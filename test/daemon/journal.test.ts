import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../../src/core/event.ts";
import type { Override, Overrides } from "../../src/core/override.ts";
import type { AnnouncementState, Status } from "../../src/core/status.ts";
import { Journal } from "../../src/daemon/journal.ts";
import { VirtualClock } from "../support/clock.ts";
import { ip } from "../support/world.ts";

/** A store in memory, which can refuse. */
class Memory {
  readonly kept: Event[] = [];
  refuses = false;

  load(most: number) {
    return Promise.resolve({ events: this.kept.slice(-most) });
  }

  append(events: readonly Event[]) {
    if (this.refuses) return Promise.reject(new Error("events.jsonl: ENOSPC"));
    this.kept.push(...events);
    return Promise.resolve();
  }
}

function stage(store = new Memory()) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const trouble = (part: string, error: string | undefined) => void told.push(`${part}: ${error}`);
  const journal = new Journal({ clock, reporter: { trouble }, store });
  return { clock, store, told, journal };
}

function status(state: AnnouncementState, over: Partial<Status> = {}): Status {
  const prefix = "10.88.2.1/32" as Status["announcements"][number]["prefix"];
  const one = { prefix, nextHop: ip("10.88.0.200"), services: ["web"], state, peers: [], reason: `${state}, because` };
  return {
    announcements: [{ ...one, dataplane: { state: "verified", lacks: [] } }],
    peers: [],
    speakerUp: true,
    virtualServices: [],
    conflicts: [],
    failing: new Map(),
    left: [],
    settled: true,
    ...over,
  };
}

const NO_WORDS: Overrides = new Map();
const NO_ENDS: ReadonlyMap<string, string> = new Map();

/** What an entry says, but for its number and the wall clock. */
const told = ({ kind, prefix, services, what, from, to, stood, took }: Event) =>
  [kind, what ?? prefix ?? services.join(), from, to, stood, took].filter((part) => part !== undefined).join(" ");

test("each change of anything is one entry with what it was before, for how long, and how long a VIP took to follow; no change is none", async () => {
  const { clock, journal } = stage();
  await journal.begin("bgp-lb 1", () => assert.fail("nothing to warn of"));
  journal.note({ kind: "health", services: ["web"], state: "up", reason: "tcp passes" });
  await clock.advance(300);
  journal.saw(status("proven"), NO_WORDS, NO_ENDS);
  await clock.advance(60_000);
  journal.saw(status("proven"), NO_WORDS, NO_ENDS);
  journal.note({ kind: "health", services: ["web"], state: "up", reason: "tcp passes, still" });
  journal.note({ kind: "health", services: ["web"], state: "down", reason: "refused" });
  await clock.advance(20);
  journal.saw(status("withdrawn"), NO_WORDS, NO_ENDS);
  await clock.advance(1_000);
  journal.saw(status("pending", { failing: new Map([["bind 10.88.2.1", "no rights"]]) }), NO_WORDS, NO_ENDS);
  await clock.advance(1_000);
  journal.saw(status("pending"), NO_WORDS, NO_ENDS);
  await clock.advance(1_000);
  journal.saw(status("proven"), NO_WORDS, NO_ENDS);
  assert.deepEqual(journal.read({}).map(told), [
    "life  absent serving",
    "health web unknown up",
    "dataplane 10.88.2.1/32 unread verified",
    "announcement 10.88.2.1/32 unknown proven 300",
    "health web up down 60300",
    "announcement 10.88.2.1/32 proven withdrawn 60020 20",
    "step bind 10.88.2.1 waiting failing",
    "announcement 10.88.2.1/32 withdrawn pending 1000",
    "step bind 10.88.2.1 failing done 1000",
    "announcement 10.88.2.1/32 pending proven 2000",
  ]);
});

test("a look that was under way when its service came up follows nothing: how long the VIP took is told with what follows it", async () => {
  const { clock, journal } = stage();
  journal.note({ kind: "health", services: ["web"], state: "up", reason: "tcp passes" });
  await clock.advance(4);
  journal.saw(status("withdrawn"), NO_WORDS, NO_ENDS);
  await clock.advance(296);
  journal.saw(status("proven"), NO_WORDS, NO_ENDS);
  const took = journal.read({}).filter(({ kind }) => kind === "announcement");
  assert.deepEqual(took.map(told), [
    "announcement 10.88.2.1/32 unknown withdrawn",
    "announcement 10.88.2.1/32 withdrawn proven 296 300",
  ]);
});

test("an operator's word is an entry when it comes, when it changes and when it goes; a VIP that leaves the config is none", async () => {
  const { clock, journal } = stage();
  const since = "2026-01-01T00:00:00Z";
  const drain: Override = {
    word: "drain",
    by: "alice",
    reason: "kernel",
    since,
    until: undefined,
    deadline: 9,
    regardless: false,
    busyAt: 0,
    connections: undefined,
    result: undefined,
  };
  journal.saw(status("proven"), new Map([["web", drain]]), NO_ENDS);
  await clock.advance(5_000);
  journal.saw(status("withdrawn"), new Map([["web", { ...drain, result: "quiet" as const }]]), NO_ENDS);
  await clock.advance(5_000);
  journal.saw(status("withdrawn", { announcements: [] }), NO_WORDS, new Map([["web", "taken back by bob"]]));
  journal.saw(status("withdrawn"), NO_WORDS, NO_ENDS);
  const words = journal.read({}).filter(({ kind }) => kind === "word");
  assert.deepEqual(words.map(told), [
    "word web none draining",
    "word web draining drained 5000",
    "word web drained none 5000",
  ]);
  assert.equal(words[0]?.reason, "draining by alice: kernel at the latest");
  assert.equal(words[2]?.reason, "taken back by bob");
  const vip = journal.read({}).filter(({ kind }) => kind === "announcement");
  assert.deepEqual(vip.map(told), [
    "announcement 10.88.2.1/32 unknown proven 0",
    "announcement 10.88.2.1/32 proven withdrawn 5000 0",
    "announcement 10.88.2.1/32 unknown withdrawn 0",
  ]);
});

test("the next life goes on with the numbers, and tells when the one before ended without leaving", async () => {
  const first = stage();
  await first.journal.begin("bgp-lb 1", () => undefined);
  await first.journal.settled();
  const second = stage(first.store);
  await second.journal.begin("bgp-lb 2", () => undefined);
  second.journal.life("leaving", "it was told to end");
  await second.journal.end("left");
  const third = stage(first.store);
  await third.journal.begin("bgp-lb 3", () => undefined);
  const lines = third.journal.read({}).map(({ id, to, reason }) => `${id} ${to} ${reason}`);
  assert.deepEqual(lines, [
    "1 serving bgp-lb 1",
    "2 serving bgp-lb 2; the one before ended without leaving",
    "3 leaving it was told to end",
    "4 left left",
    "5 serving bgp-lb 3",
  ]);
});

test("a disk that refuses is told, stops nothing, and is asked again", async () => {
  const { store, told: lines, journal } = stage();
  store.refuses = true;
  journal.note({ kind: "gobgpd", services: [], state: "up", reason: "" });
  await journal.settled();
  assert.deepEqual(lines, ["the journal: events.jsonl: ENOSPC; what happens now is kept in memory only"]);
  store.refuses = false;
  journal.note({ kind: "gobgpd", services: [], state: "down", reason: "" });
  await journal.settled();
  assert.deepEqual(journal.read({}).map(told), ["gobgpd  unknown up", "gobgpd  up down 0"]);
  assert.deepEqual(store.kept.map(told), ["gobgpd  up down 0"]);
});
