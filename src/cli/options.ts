import { join, resolve } from "node:path";
import type { CommandFlagName, FlagName } from "../config/flags.ts";
import { readByJournal } from "../daemon/by-journal.ts";
import type { LogFormat, LogLevel } from "../daemon/log.ts";
import type { Settings } from "../daemon/settings.ts";

/** The flags as commander hands them over; each that has a default is there. Here is what needs no config: those who ask wait for no parser. */
export type Options = Readonly<Partial<Record<FlagName | CommandFlagName, string>>>;

export function stateDirectoryOf(options: Options): string {
  return options["state-dir"] ?? process.env["RUNTIME_DIRECTORY"]?.split(":")[0] ?? "/run/bgp-lb";
}

/** Where the controller is asked; undefined: it is not to be. */
export function adminAddress(options: Options): Settings["admin"] {
  const socket = options["admin-socket"] ?? join(stateDirectoryOf(options), "admin.sock");
  return socket === "off" ? undefined : { socket: resolve(socket), group: options["admin-group"] };
}

/** Where controller and guard meet; undefined: nowhere. */
export function guardSocket(options: Options): string | undefined {
  const path = options["guard-socket"] ?? "off";
  return path === "off" || path === "" ? undefined : path;
}

export function logLevel(options: Options): LogLevel {
  return (options["log-level"] ?? "info") as LogLevel;
}

export function logFormat(options: Options): LogFormat {
  const told = options["log-format"] as LogFormat | undefined;
  return told ?? (process.stderr.isTTY === true ? "pretty" : readByJournal(2) ? "journal" : "json");
}
