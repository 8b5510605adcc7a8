import { adminClient, printLines, whoAsks } from "./ask.ts";
import type { Options } from "./context.ts";
import { EXIT } from "./exit.ts";

/** Has the controller read its config anew; what is wrong with it comes back as the error. */
export async function reload(options: Options): Promise<number> {
  printLines((await adminClient(options).ask("reload", { by: whoAsks() })).lines);
  return EXIT.ok;
}
