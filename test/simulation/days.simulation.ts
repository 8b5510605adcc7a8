import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Random } from "../../lab/random.ts";
import { act, mend } from "./act.ts";
import { amiss } from "./converged.ts";
import type { Fault } from "./fault.ts";
import { one } from "./fault.ts";
import type { Site } from "./site.ts";
import { inWorld } from "./walk.ts";
import type { World } from "./world.ts";

const SEED = Number(process.env["BGP_LB_SEED"] ?? 1);
/** A week is asked for by name: it takes a minute and more. */
const DAYS = Number(process.env["BGP_LB_DAYS"] ?? 2);
const DAY = 86_400_000;
/** From one fault to the next (milliseconds): a hundred a day. */
const PAUSE = DAY / 100;
/** In which all that a fault has begun ends. */
const CALM = 300_000;
const SITE: Site = {
  mode: "managed",
  onStop: "withdraw",
  sharedPrefix: "all",
  stopDrain: false,
  pool: false,
  interval: 10_000,
};

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** What the processes hold at the end of a calm. */
function held(world: World): Readonly<Record<"heap" | "timers" | "listeners" | "programs", number>> {
  collect();
  return {
    heap: process.memoryUsage().heapUsed,
    timers: world.time.waiting,
    listeners: world.gobgpd.listeners.size,
    programs: world.kernel.monitors.size,
  };
}

/** A controller that lives for a week ends no life, and no ledger is lost: then it would not be one. */
function endures(fault: Fault): boolean {
  return !(
    (fault.kind === "controller" && fault.how !== "stalled") ||
    (fault.kind === "disk" && fault.how !== "full") ||
    fault.kind === "connections"
  );
}

test(`${DAYS} days of one controller from seed ${SEED}, with a hundred faults each: it keeps all laws, and holds no more at the end than after the first`, {
  timeout: 1_800_000,
}, async () => {
  const random = new Random(SEED);
  const holds: ReturnType<typeof held>[] = [];
  const breach = await inWorld({ seed: SEED, site: SITE }, {}, async (world) => {
    const { time, laws } = world;
    const step = () => {
      laws.check();
      return laws.breach === undefined;
    };
    const first = world.life;
    for (let day = 1; day <= DAYS; day++) {
      for (; time.now < day * DAY - CALM; ) {
        const fault = one(random, time.now);
        if (endures(fault)) act(world, fault);
        await time.run(time.now + PAUSE / 2, step);
        if (laws.breach !== undefined) return;
        mend(world);
        world.takeWordsBack();
        world.version = "full";
        world.reload(true);
        await time.run(time.now + PAUSE / 2, step);
        if (laws.breach !== undefined) return;
      }
      await time.run(time.now + CALM, step);
      assert.deepEqual(amiss(world), [], `day ${day}`);
      holds.push(held(world));
    }
    assert.equal(world.life, first, "it is still the first controller");
  });
  assert.equal(breach, undefined);
  const [begin, end] = [holds[0], holds.at(-1)];
  assert.ok(begin !== undefined && end !== undefined);
  for (const [day, { heap, timers, listeners, programs }] of holds.entries())
    console.log(
      `  day ${day + 1}: heap ${(heap / 2 ** 20).toFixed(1)} MiB, ${timers} timers, ${listeners} connections, ${programs} ip monitor`,
    );
  // The heap of a day is noise, with a journal and an hour of history in it; what leaks shows in a week.
  const least = (days: typeof holds) => Math.min(...days.map(({ heap }) => heap));
  const half = Math.ceil(holds.length / 2);
  if (DAYS >= 6) assert.ok(least(holds.slice(half)) < least(holds.slice(0, half)) + 3 * 2 ** 20, "the heap grows");
  assert.ok(end.timers <= begin.timers + 5, "timers are left behind");
  assert.deepEqual([end.listeners, end.programs], [2, 1]);
});
