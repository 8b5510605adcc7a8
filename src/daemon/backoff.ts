import type { Op, OpResult } from "../core/op.ts";
import { describe } from "../core/op.ts";
import type { Clock } from "../core/ports.ts";

interface Failure {
  readonly tries: number;
  readonly error: string;
  /** See OpResult. */
  readonly unseen: boolean;
  /** Milliseconds until the next try. */
  readonly pause: number;
  readonly retryAt: number;
}

/**
 * How a result compares with the one before it: only news is worth a line in the log. answered: what was not to be seen before is said to be done
 * once more. `pause` is the time to the next try in milliseconds.
 */
export type News =
  | { readonly kind: "ok" | "recovered" | "answered" }
  | { readonly kind: "failed" | "still failing"; readonly tries: number; readonly pause: number };

const FIRST_MS = 1_000;
const MAX_MS = 60_000;

/** Remembers which ops failed: each is tried again after 1 s, 2 s, 4 s, ... up to 60 s; a withdrawal each second, for it cannot wait. */
export class Backoff {
  readonly #failures = new Map<string, Failure>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ready(op: Op): boolean {
    if (this.#failures.size === 0) return true;
    const failure = this.#failures.get(describe(op));
    return failure === undefined || failure.retryAt <= this.#clock.now();
  }

  /** A failure is news when it is the first, says something else than the one before, or has reached the longest pause. */
  note(result: OpResult): News {
    const key = describe(result.op);
    const before = this.#failures.get(key);
    if (result.ok) {
      // Its word was not true before: a look decides, and then it is planned no more.
      if (before?.unseen === true) return { kind: "answered" };
      this.#failures.delete(key);
      return { kind: before === undefined ? "ok" : "recovered" };
    }
    const tries = (before?.tries ?? 0) + 1;
    const pause = result.op.kind === "path.withdraw" ? FIRST_MS : Math.min(MAX_MS, FIRST_MS * 2 ** (tries - 1));
    const { error, unseen = false } = result;
    this.#failures.set(key, { tries, error, unseen, pause, retryAt: this.#clock.now() + pause });
    const settled = pause === MAX_MS && before?.pause !== MAX_MS;
    return { kind: before?.error === error && !settled ? "still failing" : "failed", tries, pause };
  }

  /** Forgets what is no longer planned: it is done, or nobody wants it any more. */
  keepOnly(planned: readonly Op[]): void {
    if (this.#failures.size === 0) return;
    const wanted = new Set(planned.map(describe));
    for (const key of this.#failures.keys()) if (!wanted.has(key)) this.#failures.delete(key);
  }

  /** What is failing, with its error and the number of tries. */
  get failing(): ReadonlyMap<string, string> {
    return new Map(
      [...this.#failures].map(([key, { error, tries }]) => [key, tries > 1 ? `${error} (${tries} tries)` : error]),
    );
  }

  /** When the next failed op may be tried again, on the clock. */
  get wakeAt(): number {
    return Math.min(...[...this.#failures.values()].map((failure) => failure.retryAt));
  }
}
