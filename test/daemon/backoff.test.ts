import assert from "node:assert/strict";
import { test } from "node:test";
import type { Prefix } from "../../src/core/address.ts";
import type { Op } from "../../src/core/op.ts";
import { Backoff } from "../../src/daemon/backoff.ts";
import { VirtualClock } from "../support/clock.ts";

const LINK: Op = { target: "kernel", kind: "link.add", link: "web" };
const WITHDRAW: Op = { target: "speaker", kind: "path.withdraw", prefix: "10.88.2.1/32" as Prefix };
const refused = (op: Op) => ({ op, ok: false, error: "no" }) as const;

async function pauses(op: Op, tries: number): Promise<number[]> {
  const clock = new VirtualClock();
  const backoff = new Backoff(clock);
  const found: number[] = [];
  for (let n = 0; n < tries; n++) {
    backoff.note(refused(op));
    assert.equal(backoff.ready(op), false);
    found.push(backoff.wakeAt - clock.now());
    await clock.advance(backoff.wakeAt - clock.now());
    assert.equal(backoff.ready(op), true);
  }
  return found;
}

test("pauses double from one second to sixty", async () => {
  assert.deepEqual(await pauses(LINK, 8), [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
});

test("a withdrawal is tried each second", async () => {
  assert.deepEqual(await pauses(WITHDRAW, 4), [1_000, 1_000, 1_000, 1_000]);
});

test("only what is new is news: the first failure, another reason, and when the longest pause is reached", async () => {
  const clock = new VirtualClock();
  const backoff = new Backoff(clock);
  const kinds: string[] = [];
  const note = (error?: string) => {
    const { kind } = backoff.note(error === undefined ? { op: LINK, ok: true } : { op: LINK, ok: false, error });
    kinds.push(kind);
  };
  note();
  note("no");
  note("no");
  assert.deepEqual([...backoff.failing], [["add dummy link web", "no (2 tries)"]]);
  note("another");
  note("another");
  note("another");
  note("another");
  note("another");
  note("another");
  note();
  assert.deepEqual(kinds, [
    "ok",
    "failed",
    "still failing",
    "failed",
    "still failing",
    "still failing",
    "still failing",
    "failed",
    "still failing",
    "recovered",
  ]);
  assert.equal(backoff.failing.size, 0);
  assert.equal(backoff.wakeAt, Number.POSITIVE_INFINITY);
});

test("an answer that was not true before does not end the failure: being planned no more does", async () => {
  const clock = new VirtualClock();
  const backoff = new Backoff(clock);
  const unseen = { op: LINK, ok: false, error: "not to be seen", unseen: true } as const;
  assert.equal(backoff.note({ op: LINK, ok: true }).kind, "ok");
  assert.equal(backoff.note(unseen).kind, "failed");
  await clock.advance(1_000);
  assert.equal(backoff.note({ op: LINK, ok: true }).kind, "answered");
  assert.deepEqual(backoff.note(unseen), { kind: "still failing", tries: 2, pause: 2_000 });
  await clock.advance(2_000);
  assert.equal(backoff.note({ op: LINK, ok: true }).kind, "answered");
  backoff.keepOnly([]);
  assert.equal(backoff.note({ op: LINK, ok: true }).kind, "ok");
});

test("what nobody plans any more is forgotten", () => {
  const backoff = new Backoff(new VirtualClock());
  backoff.note(refused(LINK));
  backoff.keepOnly([WITHDRAW]);
  assert.equal(backoff.ready(LINK), true);
});
