import assert from "node:assert/strict";
import { test } from "node:test";
import { Refused, UsageError } from "../../src/core/errors.ts";
import type { AdminActionsOptions } from "../../src/daemon/admin-actions.ts";
import { adminActions } from "../../src/daemon/admin-actions.ts";
import type { Reloaded } from "../../src/daemon/reloader.ts";
import { VirtualClock } from "../support/clock.ts";
import { health } from "../support/world.ts";

const ALICE = { by: "alice", reason: "" };

/** Actions over an operator and a reloader that note in which order they are asked. */
function stage(over: Partial<AdminActionsOptions> = {}) {
  const order: string[] = [];
  const reload = Promise.withResolvers<Reloaded>();
  let pending = false;
  const operator = {
    overrides: new Map(),
    drain: (which: readonly string[]) => {
      order.push("drain");
      return Promise.resolve(which.map((name) => `${name} is draining`));
    },
  };
  const reloader = {
    state: { at: "2026-01-01T00:00:00Z" },
    settled: async () => {
      const was = pending;
      if (was) await reload.promise;
      return was;
    },
    reload: async () => {
      pending = true;
      const answer = await reload.promise;
      order.push("reload");
      return answer;
    },
  };
  const actions = adminActions({
    clock: new VirtualClock(),
    operator: operator as unknown as AdminActionsOptions["operator"],
    reloader: reloader as unknown as AdminActionsOptions["reloader"],
    speakerApi: "127.0.0.1:50051",
    config: "config.json",
    events: { read: () => [], next: () => [], listen: () => () => undefined },
    condition: () => ({ ready: true, stalled: false, line: "all is well" }),
    lease: () => ({ state: "off" }),
    status: () => undefined,
    health: () => health({ web: "up" }),
    foresee: () => Promise.reject(new Error("not asked here")),
    troubles: () => new Map(),
    services: () => new Map([["web", ["tcp 10.88.2.1:80" as never]]]),
    ...over,
  });
  return { actions, order, reload };
}

// fault: drain-in-a-reload
test("a drain during a reload waits for its end, and says so", async () => {
  const { actions, order, reload } = stage();
  const reloaded = actions.reload({ by: "alice", allowSessionReset: false });
  const drained = actions.drain({ services: ["web"], timeout: 1_000, ...ALICE });
  reload.resolve({ at: "", line: "config reloaded" });
  assert.deepEqual((await reloaded).lines, ["config reloaded"]);
  assert.deepEqual((await drained).lines, ["a reload was under way; this waited for its end", "web is draining"]);
  assert.deepEqual(order, ["reload", "drain"]);
});

test("a config that cannot be used is a usage error; before the first pass the status knows the services alone", async () => {
  const { actions, reload } = stage();
  reload.resolve({ at: "", error: "bad", line: "the config is not reloaded: bad" });
  await assert.rejects(
    actions.reload({ by: "alice", allowSessionReset: false }),
    (error) => error instanceof UsageError && /bad/.test(error.message),
  );
  const { services, announcements, speakerUp } = actions.status();
  assert.deepEqual(
    [services.map(({ name, verdict }) => `${name} ${verdict}`), announcements, speakerUp],
    [["web up"], [], false],
  );
});

test("a config that is refused for what it would cost is a refusal", async () => {
  const { actions, reload } = stage();
  reload.resolve({ at: "", error: "costly", refused: true, line: "the config is not reloaded: costly" });
  await assert.rejects(
    actions.reload({ by: "alice", allowSessionReset: false }),
    (error) => error instanceof Refused && /costly/.test(error.message),
  );
});

test("each no tells since when, by the wall clock, and how long that is by the monotonic one", () => {
  const down = { verdict: "down", reason: "tcp: refused", since: 4_000 } as const;
  const check = {
    name: "tcp",
    verdict: "down",
    stale: false,
    reason: "refused",
    streak: 3,
    since: 4_000,
    at: 9_400,
  } as const;
  const { actions } = stage({
    clock: new VirtualClock(10_000),
    health: () => new Map([["web", { ...down, checks: [check] }]]),
  });
  const [web] = actions.status().services;
  assert.deepEqual([web?.verdict, web?.reason, web?.ageSeconds], ["down", "tcp: refused", 6]);
  const age = Date.now() - Date.parse(web?.since ?? "");
  assert.ok(age >= 6_000 && age < 606_000, `${age} ms ago`);
  const { since, ...rest } = web?.checks[0] ?? {};
  assert.equal(since, web?.since);
  assert.deepEqual(rest, {
    name: "tcp",
    verdict: "down",
    stale: false,
    reason: "refused",
    streak: 3,
    ageSeconds: 6,
    lastSeconds: 1,
  });
});
