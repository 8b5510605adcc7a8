import { messageOf } from "../core/errors.ts";
import { type CheckHealth, fold, type Thresholds, UNPROBED } from "../core/health.ts";
import type { Clock, HealthCheck, ProbeResult } from "../core/ports.ts";
import { formatDuration } from "./duration.ts";
import { failing } from "./result.ts";

/** Milliseconds that a probe is given to end after it was told to; a probe of ours takes less than one. */
const GRACE = 100;
/** Given so that each end of a wait does not cost an error of its own. */
const OVER = "over";
const STUCK = "the probe before this one was told to end and has not; no new one is started beside it";
/** Longest wait before the first probe, in milliseconds and as a part of the interval. */
const START_SPREAD = { milliseconds: 100, part: 0.1 };

export interface MonitorOptions {
  readonly name: string;
  readonly check: HealthCheck;
  /** Milliseconds from the start of one probe to the start of the next, > 0. */
  readonly interval: number;
  /** Milliseconds after which a probe has failed, > 0; may be longer than the interval. */
  readonly timeout: number;
  readonly thresholds: Thresholds;
  readonly clock: Clock;
  /** 0 <= random() < 1; Math.random unless given. */
  readonly random?: () => number;
  /** Told after every probe, in order, never after stop() was called. Must not throw. */
  readonly onResult: (health: CheckHealth, result: ProbeResult, durationMs: number) => void;
}

/**
 * Runs one check for ever: a loop of its own, so that a hung probe delays no other check.
 *
 * Probes start on a fixed grid, so that the time they take does not add up; when one takes longer than the interval, the starts it covers are one start,
 * at once. At most one probe of a check exists: while one does not end although it was told to, each interval counts as failing and says so.
 */
export class Monitor {
  readonly name: string;
  readonly #options: MonitorOptions;
  readonly #stopped = new AbortController();
  #health: CheckHealth = UNPROBED;
  #loop: Promise<void> | undefined;
  /** Ends the probe that runs; undefined when none does. A probe runs until it has answered, also after its time is over. */
  #end: (() => void) | undefined;

  constructor(options: MonitorOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** The health after the last result; unknown before the first verdict. */
  get health(): CheckHealth {
    return this.#health;
  }

  /** Starts the loop; once, and not after stop(). */
  start(): void {
    if (this.#loop !== undefined || this.#stopped.signal.aborted)
      throw new Error(`monitor ${this.name} was started already or stopped`);
    this.#loop = this.#run();
  }

  /** Ends the loop and the probe in flight, whose result is dropped; waits 100 ms at most for a probe that does not end. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#end?.();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock, interval, random = Math.random } = this.#options;
    const stop = this.#stopped.signal;
    // A quick first answer, yet a thousand checks do not probe in the same millisecond. From the second probe on they lie spread over half an interval.
    await clock.sleep(random() * Math.min(START_SPREAD.milliseconds, START_SPREAD.part * interval), stop);
    let due = clock.now() - random() * 0.5 * interval;
    while (!stop.aborted) {
      await this.#round();
      due += interval * Math.max(1, Math.floor((clock.now() - due) / interval));
      await clock.sleep(Math.max(0, due - clock.now()), stop);
    }
  }

  async #round(): Promise<void> {
    const { clock, thresholds, onResult } = this.#options;
    const began = clock.now();
    const result = this.#end === undefined ? await this.#probe() : failing(STUCK);
    if (this.#stopped.signal.aborted) return;
    this.#health = fold(this.#health, result, thresholds, clock.now());
    onResult(this.#health, result, clock.now() - began);
  }

  async #probe(): Promise<ProbeResult> {
    const { check, clock, timeout } = this.#options;
    const probing = new AbortController();
    const waiting = new AbortController();
    const ending = new AbortController();
    const answer: { result?: ProbeResult } = {};
    const began = clock.now();
    this.#end = () => {
      probing.abort(OVER);
      waiting.abort(OVER);
    };
    void settle(check, probing.signal).then((result) => {
      answer.result = result;
      this.#end = undefined;
      waiting.abort(OVER);
      ending.abort(OVER);
    });
    await clock.sleep(timeout, waiting.signal);
    // Late by this much, it was this process that stood still (a suspended machine, SIGSTOP): the answer may lie in the socket, unread.
    if (clock.now() - began > timeout + GRACE) await clock.sleep(GRACE, waiting.signal);
    if (answer.result !== undefined) return answer.result;
    probing.abort(OVER);
    await clock.sleep(GRACE, ending.signal);
    return tooLate(timeout, answer.result);
  }
}

/** A probe that throws is a fault of the check; for the service it counts as failing, and the loop goes on. */
async function settle(check: HealthCheck, signal: AbortSignal): Promise<ProbeResult> {
  try {
    return await check.probe(signal);
  } catch (error) {
    return failing(`the probe broke: ${messageOf(error)}`);
  }
}

/** What a probe says when it is ended tells how far it came; a pass that comes only then is late. */
function tooLate(timeout: number, result: ProbeResult | undefined): ProbeResult {
  const detail = result === undefined || result.ok ? "" : `: ${result.reason}`;
  return failing(`no answer within ${formatDuration(timeout)}${detail}`);
}
