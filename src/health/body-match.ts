import { createContext, Script } from "node:vm";
import * as z from "zod";

/** Milliseconds that one match may run. */
const LIMIT = 100;
/** How often it may run anew where the machine gave this process no time to run it in. */
const TRIES = 3;
const MATCH = new Script("pattern.test(body)");

/** A regular expression of JavaScript, as text without slashes. */
export const bodyMatchSchema = z
  .string()
  .min(1)
  .superRefine((source, context) => {
    try {
      new RegExp(source);
    } catch (error) {
      context.addIssue({ code: "custom", message: `${(error as Error).message}; would be right: "^ok"` });
    }
  });

/** Answers whether a body matches; `undefined` when that was not found out in 100 ms of work. */
export type BodyMatcher = (body: string) => boolean | undefined;

/**
 * A matcher for an expression that bodyMatchSchema took.
 *
 * The match runs in a context of its own for its time limit alone: an expression like `(a+)+$` takes longer than the age of the universe on some
 * bodies, and would stop every other check and every withdrawal with it.
 */
export function bodyMatcher(pattern: RegExp): BodyMatcher {
  const variables = { pattern, body: "" };
  const context = createContext(variables);
  return (body) => {
    variables.body = body;
    try {
      for (let tries = 1; ; tries++) {
        const before = process.cpuUsage();
        try {
          return MATCH.runInContext(context, { timeout: LIMIT }) as boolean;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
          const { user, system } = process.cpuUsage(before);
          // The limit is of the wall clock: on a machine that is overloaded it can pass without a step of the expression.
          if (tries === TRIES || (user + system) / 1000 >= LIMIT / 2) return undefined;
        }
      }
    } finally {
      variables.body = "";
    }
  };
}
