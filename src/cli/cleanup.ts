import { describe } from "../core/op.ts";
import { cleanup as removeOurs } from "../daemon/cleanup.ts";
import { systemClock } from "../daemon/clock.ts";
import { createLog } from "../daemon/log.ts";
import { printText } from "./ask.ts";
import { readSettings } from "./context.ts";
import { EXIT } from "./exit.ts";
import type { Options } from "./options.ts";
import { logFormat } from "./options.ts";

/** No session is begun here, so a password's file that is gone must not be in the way. */
const UNREAD = () => ({ bytes: new TextEncoder().encode("not read"), mode: 0o600 });

/** Withdraws and removes exactly what is ours, and prints what that was. */
export async function cleanup(options: Options): Promise<number> {
  const { settings, warnings } = await readSettings(options, undefined, UNREAD);
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  // What is done goes to stdout as the answer; the log is for trouble.
  const { done, left } = await removeOurs(settings, systemClock, await createLog("warning", logFormat(options)));
  printText(done.length + left.length > 0 ? done.map(describe) : ["nothing of ours is here"]);
  for (const line of left) process.stderr.write(`not done: ${line}\n`);
  return left.length > 0 ? EXIT.failed : EXIT.ok;
}
