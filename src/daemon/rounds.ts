import type { Metrics } from "../admin/metrics.ts";
import type { Runs, Seen } from "../core/failover.ts";
import { follow } from "../core/failover.ts";
import type { Clock } from "../core/ports.ts";
import { stamp } from "../core/since.ts";
import type { Status } from "../core/status.ts";
import type { Beacon } from "./beacon.ts";
import type { Journal } from "./journal.ts";
import type { Operator } from "./operator.ts";
import type { Reconciler } from "./reconciler.ts";
import type { Reporter } from "./reporter.ts";
import type { Trigger } from "./trigger.ts";

export interface RoundsOptions {
  readonly reconciler: Reconciler;
  readonly clock: Clock;
  readonly trigger: Trigger;
  readonly beacon: Beacon;
  readonly metrics: Metrics;
  readonly reporter: Reporter;
  readonly journal: Pick<Journal, "saw">;
  readonly operator: Pick<Operator, "overrides" | "ended" | "wakeAt" | "look">;
  /** Milliseconds between two passes where nothing calls for one. */
  readonly interval: () => number;
  /** The clock's time at which a pass is due whatever else is; Infinity for none. */
  readonly dueAt: () => number;
  /** Each service has a verdict. */
  readonly judged: () => boolean;
  readonly serving: () => boolean;
  readonly onStatus: (status: Status) => void;
  /** See Seen. */
  readonly health: Seen["health"];
  readonly sharedPrefix: () => Seen["sharedPrefix"];
}

/** Milliseconds between two looks at the operator's words while a pass is at work. */
const LOOK_MS = 500;

/** The rounds that a controller makes: a pass, whose outcome it tells, and a rest until something calls for the next. */
export class Rounds {
  /** What the last pass found. */
  last: Status | undefined;
  readonly #options: RoundsOptions;
  /** How each prefix follows its services' health. */
  #runs: Runs = new Map();

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** One pass; undefined when it broke, which is a fault of ours. Ending there would leave the VIPs announced with nobody watching over them. */
  async pass(): Promise<Status | undefined> {
    const { reconciler, clock, beacon, metrics, reporter } = this.#options;
    const began = clock.now();
    try {
      const status = await this.#lookingBeside(reconciler.pass());
      metrics.pass(clock.now() - began);
      reporter.trouble("a pass", undefined);
      this.#tell(status);
      return status;
    } catch (error) {
      reporter.trouble("a pass", error instanceof Error ? (error.stack ?? error.message) : String(error));
      metrics.brokenPass();
      beacon.beat();
      return undefined;
    }
  }

  /** Rests until something calls or something is due; in between it comes by at the beacon, and looks for proofs. */
  async rest(): Promise<void> {
    const { reconciler, clock, trigger, beacon, interval, dueAt } = this.#options;
    const now = clock.now();
    const until = Math.min(now + interval(), reconciler.wakeAt, dueAt(), now + beacon.due);
    let called = false;
    do {
      const due = Math.min(until, reconciler.prover.wakeAt);
      called = await trigger.next(Math.max(0, Math.min(due - clock.now(), beacon.rhythm)));
      if (!called && clock.now() >= reconciler.prover.wakeAt) this.#tell(await reconciler.prove());
      beacon.beat();
    } while (!called && clock.now() < until);
  }

  /** A pass that hangs in the kernel lengthens no word of an operator. */
  async #lookingBeside<Answer>(pass: Promise<Answer>): Promise<Answer> {
    const { clock, operator } = this.#options;
    const over = new AbortController();
    const looking = (async () => {
      while (!over.signal.aborted) {
        await clock.sleep(LOOK_MS, over.signal);
        if (!over.signal.aborted && operator.wakeAt <= clock.now()) await operator.look();
      }
    })();
    try {
      return await pass;
    } finally {
      over.abort("the pass is over");
      await looking;
    }
  }

  #tell(status: Status | undefined): void {
    if (status === undefined) return;
    const { reconciler, clock, beacon, metrics, reporter, journal, operator, judged, serving, onStatus } =
      this.#options;
    this.last = stamp(this.last, status, clock.now());
    journal.saw(status, operator.overrides, operator.ended);
    metrics.status(status, { proofsLost: reconciler.prover.lost, failingParts: reporter.troubles.size });
    this.#time(status);
    if (serving()) reporter.announcements(status.announcements);
    beacon.passed(status, judged());
    onStatus(this.last);
  }

  #time({ announcements }: Status): void {
    const { reconciler, clock, metrics, health, sharedPrefix } = this.#options;
    const { leaving } = reconciler.prover;
    const now = clock.now();
    const { runs, took } = follow(this.#runs, {
      now,
      announcements,
      health,
      sharedPrefix: sharedPrefix(),
      leaving,
    });
    this.#runs = runs;
    for (const one of took) metrics.failover.took(one);
  }
}
