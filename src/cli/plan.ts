import { describe } from "../core/op.ts";
import { systemClock } from "../daemon/clock.ts";
import type { Preview } from "../daemon/preview.ts";
import { preview } from "../daemon/preview.ts";
import type { Options } from "./context.ts";
import { readSettings } from "./context.ts";
import { EXIT } from "./exit.ts";

/** Looks at kernel, gobgpd and the checks, and prints what a start would do, in order; changes nothing. */
export async function plan(options: Options): Promise<number> {
  const { settings, warnings } = await readSettings(options);
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  const found = await preview(settings, systemClock);
  process.stdout.write(render(found));
  return found.blind.length > 0 ? EXIT.failed : EXIT.ok;
}

export function render({ ops, held, conflicts, blind }: Preview): string {
  const steps = ops.map((op, index) => `${String(index + 1).padStart(4)}  ${describe(op)}`);
  return [
    ...(steps.length > 0 ? ["would do, in this order:", ...steps] : ["nothing to do"]),
    ...section(
      "not announced",
      [...held].map(([prefix, reason]) => `${prefix}  ${reason}`),
    ),
    ...section("in the way, left alone", conflicts),
    ...section("could not be looked at, so what depends on it is missing above", blind),
    "",
  ].join("\n");
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? [`${title}:`, ...lines.map((line) => `      ${line}`)] : [];
}
