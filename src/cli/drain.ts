import { parseDurationFlag } from "../config/duration-flag.ts";
import { parseGoBool } from "../config/flags.ts";
import { adminClient, printText, whichServices, whoAsks } from "./ask.ts";
import { followDrain } from "./drain-wait.ts";
import { EXIT } from "./exit.ts";
import type { Options } from "./options.ts";

/** Drains services; with -wait until they are withdrawn. */
export async function drain(options: Options, words: readonly string[]): Promise<number> {
  const services = whichServices(words, parseGoBool(options.all ?? "false", "all"), "drain");
  const timeout = parseDurationFlag(options.timeout ?? "5m", "timeout");
  const wait = parseGoBool(options.wait ?? "false", "wait");
  const client = adminClient(options);
  const { lines } = await client.ask("drain", { services, timeout, by: whoAsks(), reason: options.reason ?? "" });
  printText(lines);
  return wait ? followDrain(client, services) : EXIT.ok;
}
