import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckHealth } from "../../src/core/health.ts";
import { fold, UNPROBED } from "../../src/core/health.ts";
import type { Witness } from "../../src/daemon/judge.ts";
import { judge } from "../../src/daemon/judge.ts";

const ONCE = { rise: 1, fall: 2 };

function probed(...results: readonly (readonly [at: number, reason: string])[]): CheckHealth {
  return results.reduce(
    (health, [at, reason]) => fold(health, reason === "" ? { ok: true } : { ok: false, reason }, ONCE, at),
    UNPROBED,
  );
}

function witness(name: string, health: CheckHealth, stale = false): Witness {
  return { config: { interval: 1_000, timeout: 1_000 }, monitor: { name, health }, freshness: { stale } };
}

test("down counts from the first of the failing probes, also when another check is the reason by now", () => {
  const up = judge([witness("a", probed([1, ""])), witness("b", probed([5, ""]))], "down", 6);
  assert.deepEqual([up.verdict, up.since], ["up", 5]);
  const failing = probed([1, ""], [2, "refused"], [3, "refused"]);
  const down = judge([witness("a", failing), witness("b", probed([5, ""]))], "down", 7, up);
  assert.deepEqual([down.verdict, down.since, down.reason], ["down", 2, "a: refused"]);
  const other = judge(
    [witness("a", fold(failing, { ok: true }, ONCE, 8)), witness("b", probed([5, ""], [6, "no"], [9, "hangs"]))],
    "down",
    9,
    down,
  );
  assert.deepEqual([other.verdict, other.since, other.reason], ["down", 2, "b: hangs"]);
});

test("each check tells for itself how it is, why, since when, and how old that is", () => {
  const { checks = [] } = judge(
    [
      witness("passes", probed([1, ""], [2, ""])),
      witness("fails", probed([1, ""], [3, "refused"])),
      witness("silent", probed([1, ""]), true),
      witness("new", UNPROBED),
    ],
    "keep",
    9,
  );
  assert.deepEqual(
    checks.map(({ name, verdict, stale, reason, streak, since, at }) => [
      name,
      verdict,
      stale,
      reason,
      streak,
      since,
      at,
    ]),
    [
      ["passes", "up", false, "", 2, 1, 2],
      ["fails", "up", false, "refused", 1, 3, 3],
      ["silent", "up", true, "stale: no result for more than 5 s", 1, 1, 1],
      ["new", "unknown", false, "no verdict yet", 0, undefined, undefined],
    ],
  );
});

test("what is stale or unknown counts from when that was found", () => {
  const gone = judge([witness("a", probed([1, ""]), true)], "down", 9, { verdict: "up", reason: "", since: 1 });
  assert.deepEqual([gone.verdict, gone.since], ["down", 9]);
  assert.equal(judge([witness("a", UNPROBED)], "down", 4).since, 4);
});
