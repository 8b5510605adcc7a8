const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
/** The form of one. */
export const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;
const RIGHT = 'would be right: "1s", "300ms", "2m"';
/** A timer of Node holds 31 bits of milliseconds; a longer one fires at once. */
const LONGEST = 2 ** 31 - 1;

/** What is said of anything that is no duration. */
export const NO_DURATION = `not a duration; ${RIGHT}`;

/** A length of time as the operator writes it, `1s`, `300ms`, `2m` or `1h`: whole milliseconds, 1 to 2147483647 (24 days), or what is wrong with it. */
export function parseDuration(text: string): { readonly milliseconds: number } | { readonly wrong: string } {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  if (unit === undefined) return { wrong: NO_DURATION };
  const milliseconds = Math.round(Number(amount) * UNITS[unit as keyof typeof UNITS]);
  if (milliseconds >= 1 && milliseconds <= LONGEST) return { milliseconds };
  return { wrong: `a duration is 1ms to 24 days; ${RIGHT}` };
}

/** Milliseconds in the largest unit that needs no fraction, for messages: 3000 is `3 s`, 1500 is `1500 ms`. */
export function formatDuration(milliseconds: number): string {
  const unit = (["h", "m", "s"] as const).find(
    (name) => milliseconds >= UNITS[name] && milliseconds % UNITS[name] === 0,
  );
  return unit === undefined ? `${Math.round(milliseconds)} ms` : `${milliseconds / UNITS[unit]} ${unit}`;
}
