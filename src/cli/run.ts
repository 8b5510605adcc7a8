import { systemClock } from "../daemon/clock.ts";
import { Controller } from "../daemon/controller.ts";
import { createLog } from "../daemon/log.ts";
import type { Options } from "./context.ts";
import { logFormat, logLevel, readSettings } from "./context.ts";
import { EXIT } from "./exit.ts";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** Runs the controller until SIGTERM or SIGINT, then leaves in order; a second signal ends it at once. */
export async function run(options: Options): Promise<number> {
  const { settings, warnings } = await readSettings(options);
  const log = createLog(logLevel(options), logFormat(options));
  for (const warning of warnings) log.warn(warning);
  const leave = new AbortController();
  for (const signal of SIGNALS) {
    // `once` gives the second signal back to the kernel, whose default ends the process with the right status.
    process.once(signal, () => {
      log.info(`${signal}: leaving in order; once more ends it at once`);
      leave.abort();
    });
  }
  return (await new Controller(settings, systemClock, log).run(leave.signal)) ? EXIT.ok : EXIT.failed;
}
