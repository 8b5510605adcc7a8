import { parseGoBool } from "../config/flags.ts";
import { UsageError } from "../core/errors.ts";
import { askHolder } from "../daemon/lock.ts";
import { printText } from "./ask.ts";
import { EXIT } from "./exit.ts";
import type { Options } from "./options.ts";
import { guardSocket } from "./options.ts";

/** Asks the controller of this network namespace, or the guard, how it is and prints its one line; exit code 0 while it is well. */
export async function health(options: Options): Promise<number> {
  const { line, well } = await (parseGoBool(options.guard ?? "false", "guard") ? lookAtGuard(options) : look());
  printText([line]);
  return well ? EXIT.ok : EXIT.failed;
}

async function look(): Promise<{ readonly line: string; readonly well: boolean }> {
  const holder = await askHolder();
  if (holder === "free") return { line: "no bgp-lb runs in this network namespace", well: false };
  if (holder === "silent")
    return { line: "the bgp-lb of this network namespace does not answer: it is stopped or hung", well: false };
  const { ready, stalled, line } = holder.condition;
  return { line, well: ready && !stalled };
}

async function lookAtGuard(options: Options): ReturnType<typeof look> {
  const path = guardSocket(options);
  if (path === undefined) throw new UsageError("-guard-socket off: without it no guard can be asked");
  const { askGuard } = await import("../daemon/ask-guard.ts");
  return askGuard(path);
}
