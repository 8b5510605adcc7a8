import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address } from "../../src/core/address.ts";
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

test("a check that passes is said to pass again only where it did not", () => {
  const rise = { rise: 3, fall: 1 };
  const first = fold(UNPROBED, { ok: true }, rise, 1);
  assert.equal(judge([witness("a", first)], "down", 2).reason, "a: passes, 1 in a row so far");
  const back = fold(fold(UNPROBED, { ok: false, reason: "refused" }, rise, 1), { ok: true }, rise, 2);
  assert.equal(judge([witness("a", back)], "down", 3).reason, "a: passes again, 1 in a row so far");
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

test("a service is up while enough of its real servers of each family are, and says which are not", () => {
  const [good, bad, none] = [probed([1, ""]), probed([2, "no"], [3, "no"]), UNPROBED];
  const [a, b, c, six] = ["10.77.0.1", "10.77.0.2", "10.77.0.3", "2001:db8::7"] as Address[];
  const verdict = (quorum: number, pool: readonly (readonly [Address | undefined, CheckHealth])[], own = [good]) => {
    const members = new Map(pool.map(([address, health]) => [address as Address, [witness("tcp", health)]] as const));
    const found = judge(
      own.map((health) => witness("own", health)),
      "down",
      9,
      undefined,
      { members, quorum },
    );
    return [found.verdict, found.reason];
  };
  assert.deepEqual(
    verdict(1, [
      [a, good],
      [b, bad],
      [c, none],
    ]),
    ["up", "own passes, 1 of 3 real servers are up; 10.77.0.2 is not: tcp: no; 10.77.0.3 is not: tcp: no verdict yet"],
  );
  assert.equal(
    verdict(2, [
      [a, good],
      [b, bad],
      [c, none],
    ])[0],
    "unknown",
    "the third may be the second that is up",
  );
  assert.deepEqual(
    verdict(
      2,
      [
        [a, good],
        [b, bad],
        [c, bad],
      ],
      [],
    ),
    ["down", "1 of 3 real servers are up; 10.77.0.2 is not: tcp: no; 10.77.0.3 is not: tcp: no; quorum 2"],
  );
  assert.equal(
    verdict(1, [
      [a, good],
      [six, bad],
    ])[0],
    "down",
    "the VIPs of its family have nobody",
  );
  assert.equal(verdict(1, [[a, good]], [bad])[0], "down", "by its own check");
  assert.equal(verdict(1, [[a, none]], [])[0], "unknown");
});

test("down counts from the real server that brought the number below the quorum", () => {
  const members = new Map(
    (
      [
        ["10.77.0.1", 3],
        ["10.77.0.2", 5],
        ["10.77.0.3", 8],
      ] as const
    ).map(([address, at]) => [address as Address, [witness("tcp", probed([at, "no"], [at + 1, "no"]))]] as const),
  );
  const { since, realServers } = judge([], "down", 12, undefined, { members, quorum: 2 });
  assert.equal(since, 5);
  assert.deepEqual(
    [...(realServers?.values() ?? [])].map((one) => [one.address, one.verdict, one.since]),
    [
      ["10.77.0.1", "down", 3],
      ["10.77.0.2", "down", 5],
      ["10.77.0.3", "down", 8],
    ],
  );
});
