import { z } from "zod";
import type { Prefix } from "../core/address.ts";
import { networkPrefix, parseAddress } from "../core/address.ts";

/** Bytes of one message at most; ten thousand prefixes take half a megabyte. */
const MAX_MESSAGE = 8 * 1024 * 1024;

const milliseconds = z.int().min(0).max(1_000_000_000);
const prefix = z.string().transform((text, context): Prefix => {
  const slash = text.lastIndexOf("/");
  const address = parseAddress(text.slice(0, slash));
  const length = Number(text.slice(slash + 1));
  if (address !== undefined && Number.isInteger(length) && length >= 1 && networkPrefix(address, length) === text)
    return text as Prefix;
  context.addIssue({ code: "custom", message: `not a prefix: ${text.slice(0, 60)}` });
  return z.NEVER;
});

/** All that a guard has to know to act without the controller and without its config file. */
export const holdSchema = z.strictObject({
  terms: z.strictObject({ term: milliseconds, onLost: z.enum(["withdraw", "demote", "keep"]), handover: milliseconds }),
  prefixes: z.array(prefix).max(100_000),
  gobgp: z.strictObject({
    address: z.string(),
    tls: z
      .strictObject({ ca: z.string().optional(), cert: z.string().optional(), key: z.string().optional() })
      .optional(),
  }),
});

export type HoldMessage = z.output<typeof holdSchema>;

/** What the controller says to the guard, one JSON text a line. */
const toGuardSchema = z.discriminatedUnion("kind", [
  holdSchema.extend({ kind: z.literal("hold") }),
  z.strictObject({ kind: z.literal("renew") }),
  z.strictObject({ kind: z.literal("handover") }),
  z.strictObject({ kind: z.literal("bye") }),
]);

/**
 * What the guard answers to each line. `acted`: it has withdrawn or demoted since it last heard from a controller. `dropped`: it watched these in
 * the same gobgpd, and the hold that it has just heard does not name them; left out where there are none.
 */
const toControllerSchema = z.strictObject({
  kind: z.literal("held"),
  acted: z.boolean(),
  dropped: z.array(prefix).max(100_000).readonly().optional(),
});

/** What whoever looks after the guard asks; it renews nothing. */
const askSchema = z.strictObject({ kind: z.literal("ask") });

/** How the guard is: one line for people, and whether it could act at the end of the lease. */
const conditionSchema = z.strictObject({
  kind: z.literal("condition"),
  well: z.boolean(),
  line: z.string().max(2_000),
});

export type ToGuard = z.output<typeof toGuardSchema>;
export type ToController = z.output<typeof toControllerSchema>;

export type GuardCondition = z.output<typeof conditionSchema>;

/** Undefined for a line that is no message. */
export const readAsk = reader(askSchema);
export const readCondition = reader(conditionSchema);
export const readToGuard = reader(toGuardSchema);
export const readToController = reader(toControllerSchema);

export function writeMessage(message: ToGuard | ToController | z.output<typeof askSchema> | GuardCondition): string {
  return `${JSON.stringify(message)}\n`;
}

/** Cuts a stream into lines; a line that grows beyond MAX_MESSAGE is told as undefined. */
export class Lines {
  #rest = "";

  take(chunk: string): readonly (string | undefined)[] {
    const parts = (this.#rest + chunk).split("\n");
    this.#rest = parts.pop() ?? "";
    if (this.#rest.length <= MAX_MESSAGE) return parts;
    this.#rest = "";
    return [...parts, undefined];
  }
}

function reader<Message>(schema: z.ZodType<Message>): (line: string | undefined) => Message | undefined {
  return (line) => {
    if (line === undefined) return undefined;
    try {
      const parsed = schema.safeParse(JSON.parse(line));
      return parsed.success ? parsed.data : undefined;
    } catch {
      return undefined;
    }
  };
}
