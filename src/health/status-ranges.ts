import * as z from "zod";

const error = 'not an HTTP status or a range of them, 100 to 599; would be right: 204 or "200-299"';

/** One entry of `expectStatus`: an HTTP status as a number or text, or a range as text. */
export const statusRangeSchema = z.union(
  [
    z.int({ error }).min(100, { error }).max(599, { error }),
    z
      .string()
      .regex(/^[1-5]\d\d(-[1-5]\d\d)?$/, { error, abort: true })
      .refine((text) => bounds(text)[0] <= bounds(text)[1], { error }),
  ],
  { error },
);

export type StatusRange = number | string;

/** Whether an HTTP status is in one of the ranges. */
export function matchesStatus(status: number, ranges: readonly StatusRange[]): boolean {
  return ranges.some((range) => bounds(range)[0] <= status && status <= bounds(range)[1]);
}

function bounds(range: StatusRange): readonly [number, number] {
  const [low = Number.NaN, high = low] = String(range).split("-").map(Number);
  return [low, high];
}
