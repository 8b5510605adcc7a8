import { UsageError } from "../core/errors.ts";
import { systemClock } from "../daemon/clock.ts";
import { runGuard } from "../daemon/guard-process.ts";
import { createLog } from "../daemon/log.ts";
import { takeServiceManager } from "../daemon/service-manager.ts";
import { EXIT } from "./exit.ts";
import type { Options } from "./options.ts";
import { guardSocket, logFormat, logLevel } from "./options.ts";

/** Runs the guard until SIGTERM or SIGINT. */
export async function guard(options: Options): Promise<number> {
  const manager = takeServiceManager();
  const socket = guardSocket(options);
  if (socket === undefined)
    throw new UsageError("-guard-socket: off is for the controller; a guard needs the path of a socket");
  const leave = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => leave.abort());
  const log = await createLog(logLevel(options), logFormat(options));
  await runGuard({ socket, stateDirectory: options["state-dir"] }, systemClock, log, manager, leave.signal);
  return EXIT.ok;
}
