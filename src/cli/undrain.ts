import { parseGoBool } from "../config/flags.ts";
import { adminClient, printText, whichServices, whoAsks } from "./ask.ts";
import { EXIT } from "./exit.ts";
import type { Options } from "./options.ts";

/** Takes back a drain or a force. */
export async function undrain(options: Options, words: readonly string[]): Promise<number> {
  const services = whichServices(words, parseGoBool(options.all ?? "false", "all"), "undrain");
  printText((await adminClient(options).ask("undrain", { services, by: whoAsks() })).lines);
  return EXIT.ok;
}
