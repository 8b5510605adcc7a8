import { parseGoBool } from "../config/flags.ts";
import { adminClient, printText, whoAsks } from "./ask.ts";
import { EXIT } from "./exit.ts";
import type { Options } from "./options.ts";

/** Has the controller read its config anew; what is wrong with it, or what it would cost, comes back as the error. */
export async function reload(options: Options): Promise<number> {
  const allowSessionReset = parseGoBool(options["allow-session-reset"] ?? "false", "allow-session-reset");
  printText((await adminClient(options).ask("reload", { by: whoAsks(), allowSessionReset })).lines);
  return EXIT.ok;
}
