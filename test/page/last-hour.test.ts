import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Prefix } from "../../src/core/address.ts";
import { History } from "../../src/core/history.ts";
import { Latency } from "../../src/core/latency.ts";
import type { AnnouncementStatus } from "../../src/core/status.ts";
import { moment, SEEN, SLOT_MS, SLOTS, Timeline } from "../../src/core/timeline.ts";
import { HOST, health, ip } from "../support/world.ts";

test("a timeline is what was seen in each slot, held on while nothing new is seen, and an hour long", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 300 }), (seen, rest) => {
      const timeline = new Timeline();
      const model = [0];
      let slot = 1_000;
      let stands = 0;
      const pass = (slots: number) => model.push(...Array<number>(slots).fill(stands));
      for (const [at, [later, bits]] of seen.entries()) {
        if (at > 0) pass(later);
        slot += at > 0 ? later : 0;
        model.push((model.pop() ?? 0) | bits);
        timeline.see(slot, bits);
        stands = bits;
      }
      pass(rest);
      const expected = [...Array<number>(SLOTS).fill(0), ...model].slice(-SLOTS);
      assert.deepEqual([...timeline.upTo(slot + rest)], expected);
    }),
  );
});

test("a moment of a VIP: the verdict, who has it, and what an operator said", () => {
  const peer = (state: "proven" | "sent" | "no session") => ({ state });
  const said = { by: "a", reason: "", since: "", until: undefined, deadline: Number.POSITIVE_INFINITY };
  assert.equal(moment("up", [peer("proven"), peer("no session")], undefined), SEEN.up | SEEN.announced | SEEN.proven);
  assert.equal(moment("up", [peer("sent")], undefined), SEEN.up | SEEN.announced);
  assert.equal(moment("down", [], { word: "down", ...said }), SEEN.down | SEEN.silent | SEEN.held);
  assert.equal(moment("unknown", [], { word: "up", ...said }), SEEN.unknown | SEEN.silent);
});

test("a latency keeps mean, longest and failures of each slot, three percent exact, and forgets after an hour", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.05, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 20 }),
      (all) => {
        const latency = new Latency();
        for (const [at, ms] of all.entries()) latency.probe(7, at % 2 === 0, ms);
        const slot = latency.upTo(7).at(-1);
        const mean = all.reduce((sum, ms) => sum + ms, 0) / all.length;
        assert.ok(slot !== undefined && Math.abs(slot.mean / mean - 1) < 0.03, `${slot?.mean} for ${mean}`);
        assert.ok(Math.abs(slot.max / Math.max(...all) - 1) < 0.03);
        assert.equal(slot.failed, Math.floor(all.length / 2));
        assert.deepEqual(
          latency.upTo(7 + SLOTS).filter((one) => one !== undefined),
          [],
        );
      },
    ),
  );
});

test("the history counts what changes, and forgets VIPs and checks that are gone", () => {
  const history = new History();
  const vip = (prefix: string): AnnouncementStatus => ({
    prefix: prefix as Prefix,
    nextHop: HOST,
    services: ["web"],
    state: "proven",
    reason: "",
    peers: [{ address: ip("10.88.0.253"), state: "proven", reason: "" }],
  });
  history.saw({ announcements: [vip("10.88.2.1/32"), vip("10.88.2.2/32")] }, health({ web: "up" }), new Map(), 0);
  history.saw({ announcements: [vip("10.88.2.1/32")] }, health({ web: "down" }), new Map(), SLOT_MS);
  assert.deepEqual([...(history.vip("10.88.2.1/32" as Prefix)?.upTo(1) ?? [])].slice(-2), [
    SEEN.up | SEEN.announced | SEEN.proven,
    SEEN.up | SEEN.down | SEEN.announced | SEEN.proven,
  ]);
  assert.equal(history.vip("10.88.2.2/32" as Prefix), undefined);
  const before = history.changes;
  history.probe("web", "http", true, 1, 0);
  history.probe("web", "http", true, 2, 0);
  assert.equal(history.changes, before + 1, "a probe like the one before is no news");
  history.forget("web", "http");
  assert.equal(history.checks("web").size, 0);
});
