import * as z from "zod";

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const TEXT = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;
const RIGHT = 'would be right: "1s", "300ms", "2m"';
/** A timer of Node holds 31 bits of milliseconds; a longer one fires at once. */
const LONGEST = 2 ** 31 - 1;

/** A length of time in a config file, `"1s"`, `"300ms"`, `"2m"` or `"1h"`; answers whole milliseconds, 1 to 2147483647 (24 days). */
export const durationSchema = z
  .string({ error: `not a duration; ${RIGHT}` })
  .regex(TEXT, { error: `not a duration; ${RIGHT}`, abort: true })
  .transform((text, context): number => {
    const milliseconds = parseDuration(text);
    if (milliseconds >= 1 && milliseconds <= LONGEST) return milliseconds;
    context.issues.push({ code: "custom", input: text, message: `a duration is 1ms to 24 days; ${RIGHT}` });
    return z.NEVER;
  });

/** Whole milliseconds of a text that has the form of a duration; NaN for any other text. */
function parseDuration(text: string): number {
  const [, amount, unit] = TEXT.exec(text) ?? [];
  return Math.round(Number(amount) * UNITS[unit as keyof typeof UNITS]);
}

/** Milliseconds in the largest unit that needs no fraction, for messages: 3000 is `3 s`, 1500 is `1500 ms`. */
export function formatDuration(milliseconds: number): string {
  const unit = (["h", "m", "s"] as const).find(
    (name) => milliseconds >= UNITS[name] && milliseconds % UNITS[name] === 0,
  );
  return unit === undefined ? `${Math.round(milliseconds)} ms` : `${milliseconds / UNITS[unit]} ${unit}`;
}
