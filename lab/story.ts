import { controllerDies } from "./acts/controller-dies.ts";
import { controllerLeaves } from "./acts/controller-leaves.ts";
import { controllerStaysDead } from "./acts/controller-stays-dead.ts";
import { serviceDies } from "./acts/service-dies.ts";
import { speakerDies } from "./acts/speaker-dies.ts";
import type { Act } from "./stage.ts";
import { Stage } from "./stage.ts";
import type { Topology } from "./topology.ts";
import type { RequestReport } from "./traffic.ts";

export const ACTS: readonly Act[] = [serviceDies, speakerDies, controllerLeaves, controllerDies, controllerStaysDead];

/** What the story tells while it plays. */
export interface Audience {
  act(number: number, title: string): void;
  step(text: string): void;
  failure(text: string): void;
}

export interface ActResult {
  readonly title: string;
  /** Unix milliseconds. */
  readonly start: number;
  readonly end: number;
  /** What the router heard, by kind: announced, repeated, withdrawn, lost, refused. */
  readonly heard: Readonly<Record<string, number>>;
  /** Why the act did not hold. */
  readonly failure: string | undefined;
}

/** Plays the acts one after the other; a failed act ends the story, because the next ones start from where it should have ended. */
export async function play(
  lab: Topology,
  audience: Audience,
  signal: AbortSignal,
  acts: readonly Act[] = ACTS,
): Promise<readonly ActResult[]> {
  const results: ActResult[] = [];
  for (const [index, act] of acts.entries()) {
    audience.act(index + 1, act.title);
    const start = Date.now();
    const mark = await lab.router.mark();
    const stage = new Stage(lab, (step) => {
      signal.throwIfAborted();
      audience.step(step);
    });
    const failure = await act.play(stage).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    signal.throwIfAborted();
    const heard: Record<string, number> = {};
    for (const event of lab.router.events(mark)) heard[event.kind] = (heard[event.kind] ?? 0) + 1;
    results.push({ title: act.title, start, end: Date.now(), heard, failure });
    if (failure !== undefined) {
      audience.failure(failure);
      break;
    }
  }
  return results;
}

export interface Losses {
  readonly requests: number;
  readonly errors: number;
  /** The time in which one request after the other failed: each run of failures from its first start to its last end, added up. */
  readonly seconds: number;
}

/** What the client met while an act played: requests belong to the act in which they started. */
export function losses(result: ActResult, requests: readonly RequestReport[]): Losses {
  const own = requests.filter((request) => request.start >= result.start && request.start < result.end);
  let seconds = 0;
  let run: { readonly start: number; end: number } | undefined;
  for (const request of own.toSorted((a, b) => a.start - b.start)) {
    if (request.error === undefined) run = undefined;
    else {
      const before = run?.end ?? request.start;
      run ??= { start: request.start, end: request.start };
      run.end = Math.max(before, request.end);
      seconds += (run.end - before) / 1000;
    }
  }
  const errors = own.filter((request) => request.error !== undefined).length;
  return { requests: own.length, errors, seconds };
}
