import type { Random } from "../../lab/random.ts";
import type { HealthCheck, ProbeResult } from "../../src/core/ports.ts";
import type { Process } from "./process.ts";
import type { Time } from "./time.ts";

/** A program that serves, or does not. */
export class Backend {
  /** When it was last seen to go, on the world's time; undefined: it serves. */
  deadSince: number | undefined;
  /** Since when it serves; undefined: it does not. */
  servesSince: number | undefined = 0;
  #how: "serves" | "refuses" | "hangs" = "serves";
  readonly #time: Time;
  readonly #passed = new WeakSet<Process>();

  constructor(time: Time) {
    this.#time = time;
  }

  get how(): "serves" | "refuses" | "hangs" {
    return this.#how;
  }

  become(how: Backend["how"]): void {
    this.#how = how;
    this.servesSince = how === "serves" ? (this.servesSince ?? this.#time.now) : undefined;
    this.deadSince = how === "serves" ? undefined : (this.deadSince ?? this.#time.now);
  }

  /** A check of it that this process made has passed, ever. */
  passedFor(process: Process): boolean {
    return this.#passed.has(process);
  }

  /** The check of it that a process makes. */
  check(by: Process, random: Random): HealthCheck {
    return {
      probe: async (signal): Promise<ProbeResult> => {
        const how = this.#how;
        if (how === "hangs") await by.clock.sleep(Number.POSITIVE_INFINITY, signal);
        else await by.clock.sleep(random.between(0.5, 20), signal);
        if (how === "serves") this.#passed.add(by);
        return how === "serves" ? { ok: true } : { ok: false, reason: "connection refused" };
      },
    };
  }
}
