import { effective } from "../config/effective.ts";
import { readSettings, refuseUnfit } from "./context.ts";
import { EXIT } from "./exit.ts";
import type { Options } from "./options.ts";

/** Validates the config and prints it with every default filled in. */
export async function check(options: Options): Promise<number> {
  const { settings, warnings } = await readSettings(options);
  await refuseUnfit(settings);
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  process.stdout.write(`${JSON.stringify(effective(settings.config), undefined, 2)}\n`);
  return EXIT.ok;
}
