import { parseArgs } from "node:util";

export const USAGE = `usage: npm run lab -- [--keep] [--plain]
       npm run lab -- --chaos [N] [--seed S] [--overlap HOSTS] [--soak MINUTES]
       npm run lab -- --soak MINUTES
The network of three hosts in a box, and what happens in it.
  --keep           leave the lab up after the story, with a prompt to try things
  --plain          one line for each change, also in a terminal
  --chaos [N]      instead of the story N random faults (100), under traffic; each failed request is accounted for
  --seed S         the seed that the faults belong to; else a new one, which is printed
  --overlap HOSTS  so many hosts may be in a fault at once (2); 3: also all of them
  --soak MINUTES   sample what the processes hold each minute, and judge whether it grows; faults are spread over the time
Exit code 0: the story held, or all laws were kept and nothing grew. 1: not so. 2: the command line cannot be used.`;

export interface Options {
  readonly help: boolean;
  readonly keep: boolean;
  readonly plain: boolean;
  /** undefined: without faults. */
  readonly chaos: number | undefined;
  readonly seed: number | undefined;
  readonly overlap: number;
  /** Minutes; undefined: no soak. */
  readonly soak: number | undefined;
}

/** Throws an Error that says what is wrong. */
export function optionsOf(argv: readonly string[]): Options {
  // parseArgs knows no option that may have a value: --chaos alone means a hundred.
  const args = argv.flatMap((word, at) =>
    word === "--chaos" && !/^\d/.test(argv[at + 1] ?? "") ? [word, "100"] : [word],
  );
  const { values } = parseArgs({
    args,
    options: {
      keep: { type: "boolean", default: false },
      plain: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
      chaos: { type: "string" },
      seed: { type: "string" },
      overlap: { type: "string", default: "2" },
      soak: { type: "string" },
    },
  });
  const { keep, plain, help } = values;
  const chaos = whole("--chaos", values.chaos, 1, 100_000);
  const seed = whole("--seed", values.seed, 0, 0xffffffff);
  const overlap = whole("--overlap", values.overlap, 1, 3) ?? 2;
  const soak = whole("--soak", values.soak, 1, 100_000);
  if (chaos === undefined && (seed !== undefined || argv.some((word) => word.startsWith("--overlap"))))
    throw new Error("--seed and --overlap belong to --chaos");
  if (keep && (chaos !== undefined || soak !== undefined)) throw new Error("--keep belongs to the story");
  return { help, keep, plain, chaos, seed, overlap, soak };
}

function whole(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`${name} takes a whole number from ${least} to ${most}, not "${text}"`);
}
