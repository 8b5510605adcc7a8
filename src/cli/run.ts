import { systemParts } from "../daemon/adapters.ts";
import { Controller } from "../daemon/controller.ts";
import type { Logger } from "../daemon/log.ts";
import { createLog } from "../daemon/log.ts";
import type { ConfigText } from "../daemon/reload.ts";
import { takeServiceManager } from "../daemon/service-manager.ts";
import { readSettings, refuseUnfit } from "./context.ts";
import { EXIT } from "./exit.ts";
import type { Options } from "./options.ts";
import { logFormat, logLevel } from "./options.ts";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;
const FAULTS = ["uncaughtException", "unhandledRejection"] as const;

/** Runs the controller until SIGTERM or SIGINT, then leaves in order; a second signal ends it at once. SIGHUP reads the config anew. */
export async function run(options: Options): Promise<number> {
  const manager = takeServiceManager();
  // From the first moment on: by default this signal ends the process.
  let early = false;
  let reload = () => {
    early = true;
  };
  process.on("SIGHUP", () => reload());
  const read = async (given?: ConfigText) => {
    const found = await readSettings(options, given);
    await refuseUnfit(found.settings);
    return found;
  };
  const { settings, warnings } = await read();
  const log = await createLog(logLevel(options), logFormat(options));
  for (const warning of warnings) log.warn(warning);
  const leave = new AbortController();
  followSignals(leave, log);
  const broken = followFaults(leave, log);
  const controller = new Controller(settings, read, systemParts(log, manager));
  reload = () => void controller.reload();
  if (early) reload();
  const clean = await controller.run(leave.signal);
  return clean && !broken.aborted ? EXIT.ok : EXIT.failed;
}

function followSignals(leave: AbortController, log: Logger): void {
  const take = (signal: NodeJS.Signals): void => {
    if (leave.signal.aborted) {
      // Back to the kernel, whose default ends the process with the status that its parent expects.
      for (const name of SIGNALS) process.off(name, take);
      process.kill(process.pid, signal);
      return;
    }
    log.info(`${signal}: leaving in order; once more ends it at once`);
    leave.abort();
  };
  // `on`, not `once`: a library that looks whether anybody still listens would else end the process before we have left.
  for (const name of SIGNALS) process.on(name, take);
}

/** A fault of ours that nobody caught: ending at once would leave our VIPs announced with nobody behind them, so it leaves in order, with exit code 1. */
function followFaults(leave: AbortController, log: Logger): AbortSignal {
  const broken = new AbortController();
  for (const name of FAULTS) {
    process.on(name, (error: unknown) => {
      log.error(`a fault in bgp-lb itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      broken.abort();
      leave.abort();
    });
  }
  return broken.signal;
}
