import { constants } from "node:fs";
import { access, readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "../dataplane/command.ts";
import type { DirectoryFacts, Facts, GuardFacts, NetworkdFacts, ProgramName } from "./facts.ts";
import { listensAt } from "./listeners.ts";

const VERSION: Readonly<Record<ProgramName, readonly [string, ...string[]]>> = {
  ip: ["ip", "-V"],
  ipvsadm: ["ipvsadm", "--version"],
  ping: ["ping", "-V"],
  "systemd-notify": ["systemd-notify", "--version"],
  gobgpd: ["gobgpd", "--version"],
};

/** The first line that each program says of its version. */
export async function readPrograms(command: Pick<Command, "run">): Promise<Facts["programs"]> {
  const found = await Promise.all(
    Object.entries(VERSION).map(async ([name, argv]) => {
      try {
        const { code, stdout, stderr } = await command.run(argv);
        const line = (stdout || stderr).trim().split("\n")[0] ?? "";
        // ipvsadm asks the kernel even for its own version.
        return [name, code === 0 && line !== "" ? line : "is there, and tells no version"];
      } catch {
        return [name, undefined];
      }
    }),
  );
  return Object.fromEntries(found.filter(([, version]) => version !== undefined)) as Facts["programs"];
}

/** systemd.network(5): the first folder wins where two files have one name, and files are read in the order of their names. */
const NETWORK_FOLDERS = ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map((top) => `${top}/systemd/network`);

/** systemd-networkd and its files. It writes the state file while it runs; the folder is there without it. */
export async function readNetworkd(): Promise<NetworkdFacts> {
  const running = await stat("/run/systemd/netif/state").then(
    () => true,
    () => false,
  );
  const paths = new Map<string, string>();
  for (const folder of NETWORK_FOLDERS)
    for (const name of await readdir(folder).catch(() => []))
      if (name.endsWith(".network") && !paths.has(name)) paths.set(name, join(folder, name));
  const sorted = [...paths].sort(([a], [b]) => (a < b ? -1 : 1));
  const files = sorted.map(async ([, path]) => ({ path, text: await readFile(path, "utf8").catch(() => "") }));
  return { running, files: await Promise.all(files) };
}

/** As systemd says it, else as systemd-timesyncd does; undefined: neither does. */
export async function readClock(command: Pick<Command, "run">): Promise<boolean | undefined> {
  try {
    const { code, stdout } = await command.run(["timedatectl", "show", "--property=NTPSynchronized", "--value"]);
    const said = stdout.trim();
    if (code === 0 && (said === "yes" || said === "no")) return said === "yes";
  } catch {
    // Not installed.
  }
  return access("/run/systemd/timesync/synchronized").then(
    () => true,
    () => undefined,
  );
}

export async function readDirectory(path: string): Promise<DirectoryFacts> {
  const found = await stat(path).catch(() => undefined);
  // The nearest folder that is there is where the rest would be made.
  let place = path;
  while (place !== dirname(place) && (await stat(place).catch(() => undefined)) === undefined) place = dirname(place);
  const writable = await access(place, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  return {
    path,
    found: found === undefined ? undefined : { mode: found.mode & 0o777, directory: found.isDirectory() },
    writable,
  };
}

export async function readGuard(socket: string): Promise<GuardFacts> {
  return { socket, listening: await listensAt(socket), unit: await unitFile("bgp-lb-guard") };
}

/** Where the unit's file is; undefined: there is none. */
export async function unitFile(name: string): Promise<string | undefined> {
  const units = ["/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"].map(
    (top) => `${top}/systemd/system/${name}.service`,
  );
  const there = await Promise.all(
    units.map((unit) =>
      access(unit).then(
        () => true,
        () => false,
      ),
    ),
  );
  return units.find((_, at) => there[at]);
}
