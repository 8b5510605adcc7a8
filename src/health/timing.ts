import * as z from "zod";
import { durationSchema } from "./duration-schema.ts";

/**
 * The fields that every kind of check has, to be spread into its schema.
 *
 * Why 3 and 3: one lost answer, one long garbage collection or one restart of the service must not move the routes of a whole network, and a
 * service that stumbles while it starts must not attract traffic. A dead service is then withdrawn after `fall` probes: within 3 s where it refuses
 * connections, within 9 s where it hangs (`fall` times the longer of `interval` and `timeout`). Who needs it faster lowers `timeout` first.
 */
export const timingFields = {
  name: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\x21-\x7e]+( [\x21-\x7e]+)*$/, { error: "a name is 1 to 64 printable ASCII characters" })
    .optional()
    .describe("Name of the check in logs, metrics and status; made from the kind and its target when left out."),
  interval: durationSchema.prefault("1s").describe("Time from the start of one probe to the start of the next."),
  timeout: durationSchema
    .prefault("3s")
    .describe(
      "A probe that has no answer after this time has failed and is ended; it may be longer than the interval.",
    ),
  rise: z.int().min(1).max(1000).default(3).describe("Passing probes in a row that it takes until the check is up."),
  fall: z.int().min(1).max(1000).default(3).describe("Failing probes in a row that it takes until the check is down."),
};
