import { createContext, Script } from "node:vm";
import * as z from "zod";

/** Milliseconds that one match may run. */
const LIMIT = 100;
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

/**
 * Whether `body` matches; `undefined` when no answer was found in 100 ms.
 *
 * The match runs in a context of its own for that limit alone: an expression like `(a+)+$` takes longer than the age of the universe on some bodies,
 * and would stop every other check and every withdrawal with it.
 */
export function matchesBody(pattern: RegExp, body: string): boolean | undefined {
  try {
    return MATCH.runInContext(createContext({ pattern, body }), { timeout: LIMIT }) as boolean;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined;
    throw error;
  }
}
