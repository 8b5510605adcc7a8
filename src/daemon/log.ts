import type { Logger } from "pino";
import { destination, pino, stdTimeFunctions } from "pino";

export type { Logger };
export type LogLevel = "debug" | "info" | "warning" | "error";
export type LogFormat = "pretty" | "json" | "journal";

/** Priorities of syslog(3), by pino's level numbers; the journal reads one from the `<N>` at a line's begin (sd-daemon(3)). */
const PRIORITIES: Readonly<Record<number, number>> = { 20: 7, 30: 6, 40: 4, 50: 3 };

/**
 * A log on stderr, so that stdout stays for what a command was asked for; written at once, so that a crash loses no line. A line that cannot be
 * written (full disk, closed pipe) is lost: a log must not stop what it tells about.
 */
export async function createLog(level: LogLevel, format: LogFormat): Promise<Logger> {
  const options = { level: level === "warning" ? "warn" : level, base: null, timestamp: stdTimeFunctions.isoTime };
  const stderr = destination({ fd: 2, sync: true });
  stderr.on("error", () => undefined);
  if (format === "json") {
    const formatters = { level: (label: string) => ({ level: label === "warn" ? "warning" : label }) };
    return pino({ ...options, formatters }, stderr);
  }
  if (format === "journal") {
    // The journal keeps time and level itself; what is left is the message.
    const line = (text: string) => {
      const { level, msg } = JSON.parse(text) as { readonly level: number; readonly msg: string };
      const priority = `<${PRIORITIES[level] ?? 6}>`;
      stderr.write(`${priority}${msg.replaceAll("\n", `\n${priority}`)}\n`);
    };
    return pino(options, { write: line });
  }
  const colorize = process.stderr.isTTY === true && process.env["NO_COLOR"] === undefined;
  const { default: pretty } = await import("pino-pretty");
  return pino(
    options,
    pretty({ destination: stderr, sync: true, colorize, translateTime: "SYS:HH:MM:ss.l", singleLine: true }),
  );
}
