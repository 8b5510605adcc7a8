import { userInfo } from "node:os";
import { AdminClient } from "../admin/client.ts";
import { UsageError } from "../core/errors.ts";
import type { Options } from "./options.ts";
import { adminAddress } from "./options.ts";
import { fitted, lookOf, printable } from "./terminal.ts";

/** The way to the running controller, by the flags; throws UsageError where they turn it off. */
export function adminClient(options: Options): AdminClient {
  const address = adminAddress(options);
  if (address === undefined) throw new UsageError("-admin-socket off: without it no controller can be asked");
  return new AdminClient(address.socket);
}

/** Who asks: whoever called sudo, else this user. It is for people to know; what may be done is the socket's mode's to say. */
export function whoAsks(): string {
  const sudo = process.env["SUDO_USER"];
  if (sudo !== undefined && sudo !== "") return sudo.slice(0, 64);
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

/** The services that a command is about: names, or -all. */
export function whichServices(words: readonly string[], all: boolean, verb: string): "all" | string[] {
  if (all && words.length > 0) throw new UsageError(`-all goes without names: bgp-lb ${verb} -all`);
  if (!all && words.length === 0) throw new UsageError(`which service? bgp-lb ${verb} SERVICE, or bgp-lb ${verb} -all`);
  return all ? "all" : [...words];
}

export function printLines(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

/** As printLines, and on a terminal each line is broken at words. */
export function printText(lines: readonly string[]): void {
  printLines(fitted(lines.map(printable), lookOf(process.stdout)));
}
