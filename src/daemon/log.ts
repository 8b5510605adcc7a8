import type { Logger } from "pino";
import { pino, stdTimeFunctions } from "pino";
import pretty from "pino-pretty";

export type { Logger };
export type LogLevel = "debug" | "info" | "warning" | "error";
export type LogFormat = "pretty" | "json";

/** A log on stderr, so that stdout stays for what a command was asked for; written at once, so that a crash loses no line. */
export function createLog(level: LogLevel, format: LogFormat): Logger {
  const options = { level: level === "warning" ? "warn" : level, base: null, timestamp: stdTimeFunctions.isoTime };
  if (format === "json") {
    const formatters = { level: (label: string) => ({ level: label === "warn" ? "warning" : label }) };
    return pino({ ...options, formatters }, pino.destination({ fd: 2, sync: true }));
  }
  const colorize = process.stderr.isTTY === true && process.env["NO_COLOR"] === undefined;
  const stream = pretty({ destination: 2, sync: true, colorize, translateTime: "SYS:HH:MM:ss.l", singleLine: true });
  return pino(options, stream);
}
