import { parentPort, workerData } from "node:worker_threads";
import { BUGS, type BugName } from "./bugs.ts";
import { words } from "./fault.ts";
import type { Law } from "./laws.ts";
import { shrink } from "./shrink.ts";
import { type Script, scriptOf, walk } from "./walk.ts";

/** Which walks a walker goes: `first`, `first + step`, ... */
export interface Order {
  readonly first: number;
  readonly step: number;
  readonly walks: number;
  readonly bug?: BugName | undefined;
}

/** What a walker found. */
export interface Found {
  readonly seed: number;
  readonly law: Law;
  /** Several lines, with the faults that are needed for it and the command that plays it again. */
  readonly text: string;
}

/** The wall clock and the listeners for rejections are this thread's own. Errors of time-outs come by the thousand, and nobody reads their stacks. */
Error.stackTraceLimit = 0;

async function go({ first, step, walks, bug }: Order): Promise<Found | undefined> {
  const options = { bug: bug === undefined ? undefined : BUGS[bug] };
  for (let index = 0; index < walks; index++) {
    const script = scriptOf((first + index * step) >>> 0);
    const breach = await walk(script, options);
    if (breach === undefined) continue;
    const small = await shrink(script, breach, (other) => walk(other, options));
    return { seed: script.seed, law: breach.law, text: tell(script, small, bug) };
  }
  return undefined;
}

function tell(
  script: Script,
  { script: small, breach }: Awaited<ReturnType<typeof shrink>>,
  bug: BugName | undefined,
): string {
  const kept = small.faults.map((fault) => script.faults.indexOf(fault));
  const planted = bug === undefined ? "" : ` --bug "${bug}"`;
  return [
    `seed ${script.seed} breaks "${breach.law}" at ${(breach.at / 1000).toFixed(3)} s: ${breach.words}`,
    `  site: ${Object.entries(small.site).flat().join(" ")}`,
    ...small.faults.map((fault) => `  ${words(fault)}`),
    `  again: node test/simulation/replay.ts ${script.seed} --only ${kept.join(",") || "none"}${planted}`,
  ].join("\n");
}

parentPort?.postMessage((await go(workerData as Order)) ?? null);
