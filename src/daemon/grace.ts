import type { Prefix } from "../core/address.ts";
import { missing } from "../core/dataplane.ts";
import type { Desired } from "../core/desired.ts";
import type { Clock } from "../core/ports.ts";
import type { Observed } from "../core/state.ts";

/** How long an announcement outlives the sight of a whole dataplane, in milliseconds. */
export interface GraceTimes {
  /** From the first sight of a fault that is being repaired. */
  readonly repair: number;
  /** From the first look at the kernel that failed. */
  readonly sight: number;
}

export interface GraceOptions {
  readonly clock: Clock;
  readonly times: () => GraceTimes;
  /** A grace has just ended: withdraw, whatever else is under way. */
  readonly onEnd: () => void;
}

/** Counts, for each announced VIP, how long its dataplane has been seen broken, and for all of them how long nothing was seen. */
export class Grace {
  readonly #options: GraceOptions;
  /** When each was first seen broken, on the clock; only those that were broken at the last look. */
  #broken: ReadonlyMap<Prefix, number> = new Map();
  #blindSince: number | undefined;
  readonly #stopped = new AbortController();
  #waiting = false;

  constructor(options: GraceOptions) {
    this.#options = options;
  }

  /** Takes in a look. What could not be read is as it was. */
  saw(desired: Desired, { kernel, speaker }: Observed): void {
    const now = this.#options.clock.now();
    if (kernel === undefined) {
      this.#blindSince ??= now;
    } else {
      this.#blindSince = undefined;
      const announced = (prefix: Prefix) =>
        typeof speaker === "object" ? speaker.paths.has(prefix) : this.#broken.has(prefix);
      const broken = [...desired.announcements.values()].filter(
        (one) => announced(one.path.prefix) && missing(one, desired, kernel).length > 0,
      );
      this.#broken = new Map(broken.map(({ path: { prefix } }) => [prefix, this.#broken.get(prefix) ?? now]));
    }
    this.#wait();
  }

  /** True where the VIP has to be withdrawn although its repair may be at hand, or nothing is known of its dataplane. */
  isOver(prefix: Prefix): boolean {
    const { clock, times } = this.#options;
    const { repair, sight } = times();
    const since = this.#broken.get(prefix) ?? Number.POSITIVE_INFINITY;
    return since + repair <= clock.now() || (this.#blindSince ?? Number.POSITIVE_INFINITY) + sight <= clock.now();
  }

  /** Ends the wait for ends. */
  stop(): void {
    this.#stopped.abort();
  }

  /** When the next grace ends, on the clock. */
  get #endsAt(): number {
    const { clock, times } = this.#options;
    const { repair, sight } = times();
    const ends = [...this.#broken.values()].map((since) => since + repair);
    ends.push((this.#blindSince ?? Number.POSITIVE_INFINITY) + sight);
    return Math.min(...ends.filter((end) => end > clock.now()));
  }

  /** The pass that repairs may itself be what takes too long, so the end is not left to it. */
  #wait(): void {
    const { clock, onEnd } = this.#options;
    const end = this.#endsAt;
    if (this.#waiting || end === Number.POSITIVE_INFINITY) return;
    this.#waiting = true;
    void clock.sleep(end - clock.now(), this.#stopped.signal).then(() => {
      if (this.#stopped.signal.aborted) return;
      this.#waiting = false;
      onEnd();
      this.#wait();
    });
  }
}
