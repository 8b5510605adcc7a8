import { pino } from "pino";
import { Random } from "../../lab/random.ts";
import type { Logger } from "../../src/daemon/log.ts";
import { act, mend } from "./act.ts";
import { amiss } from "./converged.ts";
import { draw, type Fault } from "./fault.ts";
import type { Bug } from "./host.ts";
import type { Breach } from "./laws.ts";
import type { Process } from "./process.ts";
import { BACKENDS, type Site } from "./site.ts";
import { World } from "./world.ts";

/** All that makes a walk what it is: equal ones go equally. */
export interface Script {
  readonly seed: number;
  readonly site: Site;
  readonly faults: readonly Fault[];
}

export interface WalkOptions {
  readonly bug?: Bug | undefined;
  /** Told of each line of log, and of each fault. */
  readonly tell?: ((line: string) => void) | undefined;
}

/** Milliseconds from the last fault until all has to be well: the longest pause between two tries that a walk can come to, and a pass by the timer. */
const CONVERGE_MS = 75_000;
const NOTICE_MS = 5_000;
/** More than an interval of the timer, in which nothing may happen any more. */
const QUIET_MS = 12_000;
const LOOK_MS = 500;
/** A walk has a few thousand. */
const MOST_STEPS = 200_000;
/** The wall clock at the begin of each walk. */
const BEGIN = Date.UTC(2026, 0, 1);

export function scriptOf(seed: number): Script {
  return { seed, ...draw(new Random(seed)) };
}

/** Walks through the script; answers the first law that was broken, if one was. */
export function walk({ faults, ...script }: Script, options: WalkOptions = {}): Promise<Breach | undefined> {
  return inWorld(script, options, (world) => go(world, faults, options.tell));
}

/** Lets `live` happen in a world of its own, whose wall clock is the one that the code sees meanwhile; answers the first law that was broken. */
export async function inWorld(
  { seed, site }: Omit<Script, "faults">,
  { bug, tell }: WalkOptions,
  live: (world: World) => Promise<void>,
): Promise<Breach | undefined> {
  const world = new World({ site, seed: seed ^ 0x5eed, bug, log: (process) => logOf(world, process, tell) });
  const { time, laws, kernel } = world;
  const now = Date.now;
  const fault = (error: unknown) =>
    laws.broken("no fault of ours", error instanceof Error ? (error.stack ?? error.message) : String(error));
  Date.now = () => BEGIN + Math.floor(time.now) + world.wallClockStep;
  process.on("unhandledRejection", fault);
  try {
    kernel.addForeignLink("eth9", "dummy", "somebody");
    world.startGuard();
    world.startController();
    await live(world);
  } finally {
    process.off("unhandledRejection", fault);
    Date.now = now;
  }
  return laws.breach;
}

async function go(world: World, faults: readonly Fault[], tell: WalkOptions["tell"]): Promise<void> {
  const { time, laws } = world;
  for (const fault of faults)
    time.after(fault.at, () => {
      tell?.(`${stamp(time.now)} -- ${fault.kind} ${fault.how}`);
      act(world, fault);
    });
  let steps = 0;
  const step = () => {
    laws.check();
    if (++steps > MOST_STEPS) laws.broken("quiet", `${steps} steps: something turns in a circle`);
    return laws.breach === undefined;
  };
  const last = Math.max(10_000, ...faults.map((fault) => fault.at + fault.for));
  await time.run(last + 1, step);
  if (laws.breach !== undefined) return;
  tell?.(`${stamp(time.now)} -- all faults are over`);
  mend(world);
  for (const name of BACKENDS) world.backend(name).become(world.random.chance(0.8) ? "serves" : "refuses");
  // Who looks at once sees what was, for no check has noticed yet.
  await time.run(time.now + NOTICE_MS, step);
  for (let found = amiss(world); found.length > 0; found = amiss(world)) {
    if (time.now > last + CONVERGE_MS) laws.broken("converges", found.join("; "));
    world.takeWordsBack();
    world.resolveConflicts();
    await time.run(time.now + LOOK_MS, step);
    if (laws.breach !== undefined) return;
  }
  // After a lost ledger it cannot be told from outside what is still to be removed: not before the kernel was looked at.
  if (world.ledgerLost) await time.run(time.now + 2 * QUIET_MS, step);
  tell?.(`${stamp(time.now)} -- all is well`);
  const before = laws.ops;
  await time.run(time.now + QUIET_MS, step);
  if (laws.ops > before) laws.broken("quiet", `${laws.ops - before} ops although all was well`);
  const found = amiss(world);
  if (found.length > 0) laws.broken("quiet", found.join("; "));
}

function logOf(world: World, { name }: Process, tell: WalkOptions["tell"]): Logger {
  const write = (text: string) => {
    const { level, msg } = JSON.parse(text) as { readonly level: string; readonly msg: string };
    if (/^a pass|a withdrawal|fault in bgp-lb itself/.test(msg))
      world.laws.broken("no fault of ours", `${name}: ${msg}`);
    tell?.(`${stamp(world.time.now)} ${name}: ${level} ${msg}`);
  };
  const formatters = { level: (level: string) => ({ level }) };
  return pino<never, boolean>({ base: null, level: tell === undefined ? "error" : "debug", formatters }, { write });
}

function stamp(ms: number): string {
  return (ms / 1000).toFixed(3).padStart(8);
}
