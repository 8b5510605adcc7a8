import { resolve } from "node:path";
import type { PlanDocument } from "../admin/api.ts";
import { AdminClient } from "../admin/client.ts";
import { parseGoBool } from "../config/flags.ts";
import { readConfigText } from "../config/load.ts";
import { ControllerUnreachable } from "../core/errors.ts";
import { systemClock } from "../daemon/clock.ts";
import { preview } from "../daemon/preview.ts";
import { printText } from "./ask.ts";
import { readSettings } from "./context.ts";
import { EXIT } from "./exit.ts";
import type { Options } from "./options.ts";
import { adminAddress } from "./options.ts";
import { renderPlan } from "./plan-text.ts";

/** Prints what the running controller would do with the config, or what a start would, and what that touches; changes nothing. */
export async function plan(options: Options): Promise<number> {
  const json = parseGoBool(options.json ?? "false", "json");
  const found = (await ofController(options)) ?? (await ofStart(options));
  for (const warning of found.warnings) process.stderr.write(`warning: ${warning}\n`);
  if (json) process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
  else printText(renderPlan(found).trimEnd().split("\n"));
  return found.blind.length > 0 ? EXIT.failed : EXIT.ok;
}

/** undefined: no controller runs. */
async function ofController(options: Options): Promise<PlanDocument | undefined> {
  const address = adminAddress(options);
  if (address === undefined) return undefined;
  const file = options["config"] ?? "";
  const text = await readConfigText(file);
  try {
    return await new AdminClient(address.socket).plan({ file: resolve(file), text });
  } catch (error) {
    if (error instanceof ControllerUnreachable && error.absent) return undefined;
    throw error;
  }
}

async function ofStart(options: Options): Promise<PlanDocument> {
  const { settings, warnings } = await readSettings(options);
  return preview(settings, warnings, systemClock);
}
