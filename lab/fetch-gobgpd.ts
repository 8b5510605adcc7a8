import { execFile } from "node:child_process";
import { access, constants, copyFile, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { unpackPackage } from "./debian-package.ts";

const run = promisify(execFile);

export type GobgpdVersion = "3.10" | "3.36" | "4.8";

/** The suite of Debian that each version comes from. */
const SUITES: Readonly<Record<GobgpdVersion, string>> = {
  "3.10": "bookworm",
  "3.36": "trixie",
  "4.8": "trixie-backports",
};

export const GOBGPD_VERSIONS = Object.keys(SUITES) as readonly GobgpdVersion[];

/**
 * Answers the path of a gobgpd of this version: the installed one where it is of this version, else one unpacked from
 * Debian's package into the cache, fetched once. Throws an Error that says what is missing and what to do.
 */
export async function ensureGobgpd(version: GobgpdVersion): Promise<string> {
  const installed = await installedGobgpd(version);
  if (installed !== undefined) return installed;
  const folder = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "bgp-lb", "gobgpd", version);
  const cached = join(folder, "gobgpd");
  if (await executable(cached)) return cached;
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(tmpdir(), "bgp-lb-gobgpd-"));
  try {
    const unpacked = join(await unpackPackage("gobgpd", SUITES[version], work), "usr/bin/gobgpd");
    const found = await versionOf(unpacked);
    if (found?.split(".")[0] !== version.split(".")[0])
      throw new Error(`Debian's ${SUITES[version]} holds gobgpd ${found ?? "of unknown version"}, wanted ${version}`);
    // Beside the target and then renamed: a second process that does the same meets either nothing or a whole file.
    const partial = join(folder, `gobgpd.${process.pid}`);
    await copyFile(unpacked, partial);
    await rename(partial, cached);
    return cached;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function installedGobgpd(version: GobgpdVersion): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(":").concat("/usr/bin", "/usr/sbin")) {
    const path = join(folder, "gobgpd");
    if (folder === "" || !(await executable(path))) continue;
    const found = await versionOf(path);
    if (found === version || found?.startsWith(`${version}.`) === true) return path;
  }
  return undefined;
}

async function versionOf(gobgpd: string): Promise<string | undefined> {
  const answer = await run(gobgpd, ["--version"], { timeout: 10_000 }).catch(() => undefined);
  return answer === undefined ? undefined : /\d+\.\d+\.\d+/.exec(answer.stdout)?.[0];
}

function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const asked = process.argv.slice(2).flatMap((word) => (word === "all" ? [...GOBGPD_VERSIONS] : [word]));
  const unknown = asked.find((word) => !(word in SUITES));
  if (asked.length === 0 || unknown !== undefined) {
    console.error(`usage: node lab/fetch-gobgpd.ts all | ${GOBGPD_VERSIONS.join(" | ")}`);
    process.exit(2);
  }
  for (const version of asked as GobgpdVersion[]) {
    try {
      console.log(`gobgpd ${version}: ${await ensureGobgpd(version)}`);
    } catch (error) {
      console.error(`gobgpd ${version}: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  }
}
