import { parseGoBool } from "../config/flags.ts";
import { UsageError } from "../core/errors.ts";
import { adminClient, printLines } from "./ask.ts";
import { EXIT } from "./exit.ts";
import type { Options } from "./options.ts";
import { statusText } from "./status-text.ts";
import { onlyWord, statusOf, troubleFirst } from "./subject.ts";
import { lookOf } from "./terminal.ts";
import { watchScreen } from "./watch-screen.ts";

/** Prints what the controller says of itself, for people or as JSON; with -watch again and again, until Ctrl-C. */
export async function status(options: Options, words: readonly string[]): Promise<number> {
  const json = parseGoBool(options.json ?? "false", "json");
  const watch = parseGoBool(options.watch ?? "false", "watch");
  const word = onlyWord(words, "status");
  const client = adminClient(options);
  const read = async () => statusOf(await client.status(), word);
  if (!watch) {
    const found = await read();
    if (json) process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
    else printLines(statusText(found, lookOf(process.stdout)));
    return EXIT.ok;
  }
  if (json) throw new UsageError("-watch and -json do not go together; bgp-lb events -follow -json tells each change");
  if (process.stdout.isTTY !== true)
    throw new UsageError("-watch needs a terminal; bgp-lb events -follow tells each change into a pipe or file");
  return watchScreen(process.stdout, async (look) => statusText(troubleFirst(await read()), look));
}
