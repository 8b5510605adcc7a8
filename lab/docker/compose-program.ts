import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { unpackPackage } from "../debian-package.ts";
import { FETCHED_COMPOSE } from "./store.ts";

const PLUGIN_FOLDERS = [
  join(process.env["DOCKER_CONFIG"] || join(homedir(), ".docker"), "cli-plugins"),
  "/usr/local/lib/docker/cli-plugins",
  "/usr/local/libexec/docker/cli-plugins",
  "/usr/lib/docker/cli-plugins",
  "/usr/libexec/docker/cli-plugins",
];
const FETCHED = join(FETCHED_COMPOSE, "docker-compose");

/** The plugin behind `docker compose` (2.x); it runs without docker(1) as well. Undefined where there is none. */
export function composeProgram(): string | undefined {
  return [...PLUGIN_FOLDERS.map((folder) => join(folder, "docker-compose")), FETCHED].find((path) => existsSync(path));
}

/** The same; fetched from Debian's archive where the machine has none. */
export async function ensureCompose(say: (line: string) => void): Promise<string> {
  const found = composeProgram();
  if (found !== undefined) return found;
  say("fetching Docker Compose 2 of Debian 13 (it is not installed)");
  const work = await mkdtemp(join(tmpdir(), "bgp-lb-compose-"));
  try {
    const unpacked = await unpackPackage("docker-compose", "trixie", work);
    await mkdir(FETCHED_COMPOSE, { recursive: true });
    // Beside the target and then renamed: a second process that does the same meets either nothing or a whole file.
    await copyFile(join(unpacked, "usr/libexec/docker/cli-plugins/docker-compose"), `${FETCHED}.${process.pid}`);
    await rename(`${FETCHED}.${process.pid}`, FETCHED);
    return FETCHED;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Debian 12's docker-compose, the last of the 1.x that are written in Python; undefined where it is not installed. */
export function oldCompose(): string | undefined {
  const path = "/usr/bin/docker-compose";
  try {
    accessSync(path, constants.X_OK);
    return /\b1\.29\./.test(execFileSync(path, ["--version"], { encoding: "utf8" })) ? path : undefined;
  } catch {
    return undefined;
  }
}
