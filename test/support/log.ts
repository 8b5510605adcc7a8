import { pino } from "pino";
import type { Logger } from "../../src/daemon/log.ts";

/** A real log whose lines a test can read: `level message`. */
export function recordingLog(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const write = (text: string) => {
    const { level, msg } = JSON.parse(text) as { readonly level: string; readonly msg: string };
    lines.push(`${level} ${msg}`);
  };
  const formatters = { level: (level: string) => ({ level }) };
  const logger = pino<never, boolean>({ base: null, level: "debug", formatters }, { write });
  return { logger, lines };
}
