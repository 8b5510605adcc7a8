import * as z from "zod";
import { DURATION, NO_DURATION, parseDuration } from "./duration.ts";

/** A length of time in a config file; answers whole milliseconds. */
export const durationSchema = z
  .string({ error: NO_DURATION })
  .regex(DURATION, { error: NO_DURATION, abort: true })
  .transform((text, context): number => {
    const found = parseDuration(text);
    if ("milliseconds" in found) return found.milliseconds;
    context.issues.push({ code: "custom", input: text, message: found.wrong });
    return z.NEVER;
  });
