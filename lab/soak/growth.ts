import { type Column, table } from "../../src/cli/table.ts";

/** What one process held at one moment. Bytes are mebibytes here; what a process does not tell is missing. */
export interface Holding {
  readonly rss: number;
  readonly heap?: number | undefined;
  readonly files: number;
  readonly children: number;
  /** Handles and timers of Node. */
  readonly resources?: number | undefined;
}

export interface Sample extends Holding {
  /** `h1 controller` */
  readonly process: string;
  readonly pid: number;
  /** Milliseconds since the start of the soak. */
  readonly at: number;
}

export type Quantity = keyof Holding;

/** The last third may be so much above the first one: a part of it and an absolute amount, together. */
const MARGINS: Readonly<Record<Quantity, { readonly head: string; readonly part: number; readonly more: number }>> = {
  rss: { head: "RSS MiB", part: 0.15, more: 10 },
  heap: { head: "heap MiB", part: 0.15, more: 5 },
  files: { head: "files", part: 0, more: 5 },
  children: { head: "children", part: 0, more: 2 },
  resources: { head: "resources", part: 0, more: 10 },
};
const QUANTITIES = Object.keys(MARGINS) as readonly Quantity[];

/** The first tenth is warm-up: caches fill, code is compiled. */
const WARM_UP = 0.1;

/** What a process held in the first and in the last third after the warm-up (medians), and at most. */
export interface Growth {
  readonly process: string;
  readonly quantity: Quantity;
  readonly first: number;
  readonly last: number;
  readonly most: number;
  readonly grows: boolean;
}

/** Judges each quantity of each process; one that was sampled less than three times after the warm-up is not judged. */
export function growthsOf(samples: readonly Sample[]): readonly Growth[] {
  const end = Math.max(0, ...samples.map(({ at }) => at));
  const warm = samples.filter(({ at }) => at >= end * WARM_UP);
  const third = (end * (1 - WARM_UP)) / 3;
  return [...new Set(warm.map(({ process }) => process))].flatMap((process) => {
    const own = warm.filter((sample) => sample.process === process);
    return QUANTITIES.flatMap((quantity): readonly Growth[] => {
      const valuesOf = (some: readonly Sample[]) => some.flatMap((sample) => sample[quantity] ?? []);
      const first = median(valuesOf(own.filter(({ at }) => at <= end * WARM_UP + third)));
      const last = median(valuesOf(own.filter(({ at }) => at >= end - third)));
      if (own.length < 3 || first === undefined || last === undefined) return [];
      const { part, more } = MARGINS[quantity];
      return [
        { process, quantity, first, last, most: Math.max(...valuesOf(own)), grows: last > first * (1 + part) + more },
      ];
    });
  });
}

/** The table of what was held: first third, last third, maximum. */
export function growthTable(growths: readonly Growth[], samples: readonly Sample[]): readonly string[] {
  const columns: readonly Column[] = [
    { head: "process" },
    { head: "lives", right: true },
    ...QUANTITIES.map((quantity) => ({ head: MARGINS[quantity].head, right: true })),
  ];
  const rows = [...new Set(growths.map(({ process }) => process))].sort().map((process) => {
    const cells = QUANTITIES.map((quantity) => {
      const one = growths.find((growth) => growth.process === process && growth.quantity === quantity);
      if (one === undefined) return "";
      const figures = [one.first, one.last, one.most].map((value) => value.toFixed(0)).join(" ");
      return one.grows ? `${figures} GROWS` : figures;
    });
    const lives = new Set(samples.filter((sample) => sample.process === process).map(({ pid }) => pid)).size;
    return [process, String(lives), ...cells];
  });
  const margins = QUANTITIES.map((quantity) => {
    const { head, part, more } = MARGINS[quantity];
    return `${head} ${part === 0 ? "" : `${part * 100} % + `}${more}`;
  });
  return [
    "",
    ...table(columns, rows, { columns: undefined, colour: false }),
    "",
    `Median of the first third after the warm-up (a tenth), median of the last third, maximum. Margins: ${margins.join(", ")}.`,
  ];
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}
