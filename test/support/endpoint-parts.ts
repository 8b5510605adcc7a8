import { Reporter } from "../../src/daemon/reporter.ts";
import { VirtualClock } from "./clock.ts";
import { recordingLog } from "./log.ts";

/** What an endpoint has of its process, with time that stands still until the test moves it, and the lines of the log. */
export function endpointParts() {
  const { logger, lines } = recordingLog();
  return { clock: new VirtualClock(), log: logger, reporter: new Reporter(logger), lines };
}
