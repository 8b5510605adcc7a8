import type { Clock } from "../core/ports.ts";
import type { Status } from "../core/status.ts";
import { statusLine } from "../core/status-line.ts";
import type { ServiceManager } from "./service-manager.ts";

/** What this process says about itself to whoever asks (`bgp-lb health`). */
export interface Condition {
  /** Once true, it stays so until the process leaves. */
  readonly ready: boolean;
  /** The loop has not come round for longer than it ever should. */
  readonly stalled: boolean;
  /** One line: what an operator wants to know. */
  readonly line: string;
}

export interface BeaconOptions {
  readonly clock: Clock;
  readonly manager: ServiceManager;
  /** Milliseconds between two passes where nothing calls for one. */
  readonly interval: () => number;
}

/** Who waits for us to be ready waits this long at most: what is missing by then may be missing for hours. */
const READY_MS = 15_000;
/** A loop that was silent for this long, and for three intervals, is stalled. The slowest single steps take 15 s. */
const STALLED_MS = 30_000;

/** Tells the outside how this process is: systemd by notices, others when they ask. It tells only what the loop came by with, so it cannot outlive the loop. */
export class Beacon {
  /** What stands beside the last pass, for the line: operators' words, a config that could not be used. */
  notes: () => readonly string[] = () => [];
  readonly #options: BeaconOptions;
  readonly #startedAt: number;
  /** Why nobody ends our announcements should we die, or undefined where the guard does; and since when, on the clock. undefined: nobody has said. */
  lease: { readonly fault: string | undefined; readonly since: number } | undefined;
  #stage: "starting" | "ready" | "leaving" = "starting";
  #line = "the first pass is under way";
  #told = "";
  #beatAt: number;
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(options: BeaconOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#beatAt = this.#startedAt;
  }

  /** Milliseconds after which the loop has to come by again. */
  get rhythm(): number {
    const { watchdog } = this.#options.manager;
    return watchdog === undefined ? Number.POSITIVE_INFINITY : watchdog / 3;
  }

  get condition(): Condition {
    const silence = this.#options.clock.now() - this.#beatAt;
    const stalled = silence > Math.max(STALLED_MS, 3 * this.#options.interval());
    const said = [this.#line, ...this.notes()].join("; ");
    const line = stalled ? `nothing was done for ${Math.round(silence / 1000)} s; ${said}` : said;
    return {
      ready: this.#stage === "ready",
      stalled,
      line: this.#stage === "ready" ? line : `${this.#stage}: ${line}`,
    };
  }

  /** The loop has come by: it is at work, or rests with nothing to do. */
  beat(): void {
    const now = this.#options.clock.now();
    this.#beatAt = now;
    // A pass has many steps; systemd needs one word of them now and then.
    if (now - this.#sentAt < this.rhythm / 2) return;
    this.#sentAt = now;
    this.#options.manager.beat();
  }

  /** A pass has ended. `known`: it saw both halves, and each service has a verdict, so that nothing more is to be waited for. */
  passed(status: Status, known: boolean): void {
    this.beat();
    this.#line = `${statusLine(status)}${this.lease?.fault === undefined ? "" : "; unguarded"}`;
    if (this.#stage === "starting") {
      const late = this.#options.clock.now() - this.#startedAt >= READY_MS;
      if ((known && status.settled && status.speakerUp) || late) {
        this.#stage = "ready";
        void this.#options.manager.tell({ READY: "1", STATUS: this.#line });
        this.#told = this.#line;
      }
    }
    this.#tellLine();
  }

  /** Milliseconds until a start that waits is called ready all the same; Infinity once it is. */
  get due(): number {
    if (this.#stage !== "starting") return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#startedAt + READY_MS - this.#options.clock.now());
  }

  /** Tells that a new config is being read, and when that has ended. `at`: the kernel's monotonic clock in microseconds. */
  reloading(at: bigint): void {
    void this.#options.manager.tell({ RELOADING: "1", MONOTONIC_USEC: String(at) });
  }

  reloaded(): void {
    if (this.#stage === "ready") void this.#options.manager.tell({ READY: "1" });
  }

  leaving(): void {
    this.#stage = "leaving";
    void this.#options.manager.tell({ STOPPING: "1", STATUS: `leaving: ${this.#line}` });
  }

  /** The clock whose sleeps come by in between. */
  get clock(): Clock {
    return { now: () => this.#options.clock.now(), sleep: (milliseconds) => this.#rest(milliseconds) };
  }

  async #rest(milliseconds: number): Promise<void> {
    const { clock } = this.#options;
    const until = clock.now() + milliseconds;
    for (let left = milliseconds; left > 0; left = until - clock.now()) {
      await clock.sleep(Math.min(left, this.rhythm));
      this.beat();
    }
  }

  #tellLine(): void {
    const line = this.condition.line;
    if (line === this.#told) return;
    this.#told = line;
    void this.#options.manager.tell({ STATUS: line });
  }
}
