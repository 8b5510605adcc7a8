import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CheckHealth, fold, UNPROBED, type Verdict } from "../../src/core/health.ts";
import type { ProbeResult } from "../../src/core/ports.ts";

const PASS: ProbeResult = { ok: true };
const FAIL: ProbeResult = { ok: false, reason: "no" };
const thresholds = fc.record({ rise: fc.integer({ min: 1, max: 6 }), fall: fc.integer({ min: 1, max: 6 }) });
const probes = fc.array(fc.boolean(), { maxLength: 60 });

/** Every state that a sequence of probes goes through, the one before the first included. */
function walk(oks: readonly boolean[], at: { rise: number; fall: number }): CheckHealth[] {
  const states = [UNPROBED];
  for (const [now, ok] of oks.entries()) states.push(fold(states.at(-1) ?? UNPROBED, ok ? PASS : FAIL, at, now));
  return states;
}

/** How many of the last probes agree with the last one, counted anew from the whole history. */
function streakOf(oks: readonly boolean[]): number {
  const differing = oks.findLastIndex((ok) => ok !== oks.at(-1));
  return oks.length - 1 - differing;
}

// fault: backend-flaps
test("a verdict changes only to up after rise passes in a row, or to down after fall failures in a row", () => {
  fc.assert(
    fc.property(probes, thresholds, (oks, at) => {
      const states = walk(oks, at);
      for (let n = 1; n < states.length; n++) {
        const [before, after] = [states[n - 1], states[n]];
        if (before?.verdict === after?.verdict) continue;
        const needed: Verdict = oks[n - 1] === true ? "up" : "down";
        assert.equal(after?.verdict, needed);
        assert.ok(streakOf(oks.slice(0, n)) >= (needed === "up" ? at.rise : at.fall));
      }
    }),
  );
});

test("after rise or fall equal probes in a row the verdict is theirs, whatever came before", () => {
  fc.assert(
    fc.property(probes, thresholds, fc.boolean(), (oks, at, ok) => {
      const tail = new Array<boolean>(ok ? at.rise : at.fall).fill(ok);
      assert.equal(walk([...oks, ...tail], at).at(-1)?.verdict, ok ? "up" : "down");
    }),
  );
});

test("the verdict is unknown until the first streak is long enough, and never again after it", () => {
  fc.assert(
    fc.property(probes, thresholds, (oks, at) => {
      const verdicts = walk(oks, at).map((state) => state.verdict);
      const first = verdicts.findIndex((verdict) => verdict !== "unknown");
      assert.ok(first === -1 || !verdicts.slice(first).includes("unknown"));
      const reached = oks.findIndex((ok, n) => streakOf(oks.slice(0, n + 1)) >= (ok ? at.rise : at.fall));
      assert.equal(first, reached === -1 ? -1 : reached + 1);
    }),
  );
});

test("streak, last, and their times tell the end of the history", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1 }), thresholds, (oks, at) => {
      const { streak, last, at: told, since } = walk(oks, at).at(-1) ?? UNPROBED;
      assert.deepEqual([streak, last?.ok], [streakOf(oks), oks.at(-1)]);
      assert.deepEqual([told, since], [oks.length - 1, oks.length - streakOf(oks)]);
    }),
  );
});
