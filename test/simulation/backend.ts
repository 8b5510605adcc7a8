import type { HealthCheck, ProbeResult } from "../../src/core/ports.ts";
import type { Process } from "./process.ts";
import type { Random } from "./random.ts";
import type { Time } from "./time.ts";

/** A program that serves, or does not. */
export class Backend {
  /** When it was last seen to go, on the world's time; undefined: it serves. */
  deadSince: number | undefined;
  #how: "serves" | "refuses" | "hangs" = "serves";
  readonly #time: Time;

  constructor(time: Time) {
    this.#time = time;
  }

  get how(): "serves" | "refuses" | "hangs" {
    return this.#how;
  }

  become(how: Backend["how"]): void {
    this.#how = how;
    this.deadSince = how === "serves" ? undefined : (this.deadSince ?? this.#time.now);
  }

  /** The check of it that a process makes. */
  check(by: Process, random: Random): HealthCheck {
    return {
      probe: async (signal): Promise<ProbeResult> => {
        const how = this.#how;
        if (how === "hangs") await by.clock.sleep(Number.POSITIVE_INFINITY, signal);
        else await by.clock.sleep(random.between(0.5, 20), signal);
        return how === "serves" ? { ok: true } : { ok: false, reason: "connection refused" };
      },
    };
  }
}
