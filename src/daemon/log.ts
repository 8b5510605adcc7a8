import type { Logger } from "pino";
import { destination, pino, stdTimeFunctions } from "pino";
import pretty from "pino-pretty";

export type { Logger };
export type LogLevel = "debug" | "info" | "warning" | "error";
export type LogFormat = "pretty" | "json";

/**
 * A log on stderr, so that stdout stays for what a command was asked for; written at once, so that a crash loses no line. A line that cannot be
 * written (full disk, closed pipe) is lost: a log must not stop what it tells about.
 */
export function createLog(level: LogLevel, format: LogFormat): Logger {
  const options = { level: level === "warning" ? "warn" : level, base: null, timestamp: stdTimeFunctions.isoTime };
  const stderr = destination({ fd: 2, sync: true });
  stderr.on("error", () => undefined);
  if (format === "json") {
    const formatters = { level: (label: string) => ({ level: label === "warn" ? "warning" : label }) };
    return pino({ ...options, formatters }, stderr);
  }
  const colorize = process.stderr.isTTY === true && process.env["NO_COLOR"] === undefined;
  return pino(
    options,
    pretty({ destination: stderr, sync: true, colorize, translateTime: "SYS:HH:MM:ss.l", singleLine: true }),
  );
}
