/** The samples of one thing, and those of what it is held against, in the same unit. */
export interface Row {
  readonly what: string;
  readonly unit: "ms" | "us";
  readonly ours: readonly number[];
  readonly baseline: readonly number[];
  /** Names the baseline, with its version. */
  readonly against: string;
}

/** The one in the middle, or the mean of the two there. Throws RangeError where there is none. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const middle = sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1);
  if (middle.length === 0) throw new RangeError("there is no median of no samples");
  return middle.reduce((sum, sample) => sum + sample, 0) / middle.length;
}

/** Median of ours by median of the baseline: below 1 is less than the baseline. */
export function ratio({ ours, baseline }: Pick<Row, "ours" | "baseline">): number {
  return median(ours) / median(baseline);
}

/** `41.2 ms (38.0..50.1)`: the median, and the least and the most of the samples. */
export function spread(samples: readonly number[], unit: Row["unit"]): string {
  const [least, most] = [Math.min(...samples), Math.max(...samples)];
  return `${figure(median(samples))} ${unit} (${figure(least)}..${figure(most)})`;
}

/** A number with as many digits as tell something: three, and all of them before the point. */
export function figure(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A ratio with two digits: `0.0021`, `0.54`, `1.3`, `12`. */
export function times(value: number): string {
  return value >= 10 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
}
