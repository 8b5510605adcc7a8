/** What a part of the test run came to. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly Skip[];
  /** Test files, each one of those that failed, whose Node crashed (SIGSEGV and the like); of their tests none is counted. */
  readonly crashed?: readonly string[];
}

export interface Skip {
  readonly name: string;
  readonly reason: string;
}

/** The verdict on one step; `neither` is for what could not be found out, and says why. */
export interface StepResult {
  readonly verdict: "passed" | "failed" | "neither";
  readonly output: string;
}

export const NOTHING: Outcome = { passed: 0, failed: 0, skipped: [] };
export const ONE_FAILURE: Outcome = { ...NOTHING, failed: 1 };

export function sum(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce(
    (all, one) => ({
      passed: all.passed + one.passed,
      failed: all.failed + one.failed,
      skipped: [...all.skipped, ...one.skipped],
    }),
    NOTHING,
  );
}

/** The plain last line of a run, for people and programs. */
export function lastLine({ passed, failed, skipped }: Outcome): string {
  return `${passed} passed, ${failed} failed${skipped.length === 0 ? "" : `, ${skipped.length} skipped`}`;
}

/** Where nobody looks at skipped tests (CI=true), a skip is a hole in the proof: it counts as a failure. */
export function strict(outcome: Outcome): Outcome {
  return { passed: outcome.passed, failed: outcome.failed + outcome.skipped.length, skipped: [] };
}
