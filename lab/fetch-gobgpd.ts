import { execFile } from "node:child_process";
import {
  access,
  constants,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

export type GobgpdVersion = "3.10" | "3.36" | "4.8";

/** Where each version comes from. Selected by suite, not by file: a pool file vanishes as soon as the suite moves on. */
const SUITES: Readonly<Record<GobgpdVersion, string>> = {
  "3.10": "bookworm",
  "3.36": "trixie",
  "4.8": "trixie-backports",
};
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

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
    const unpacked = await download(SUITES[version], work);
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

/** Downloads and unpacks gobgpd of the suite below `work`, with apt folders of its own: the system's sources stay as they are. */
async function download(suite: string, work: string): Promise<string> {
  await access(KEYRING).catch(() => {
    throw new Error(`${KEYRING} is missing; install it: apt-get install debian-archive-keyring`);
  });
  for (const folder of ["etc/sources.list.d", "etc/preferences.d", "etc/apt.conf.d", "state/lists/partial"])
    await mkdir(join(work, folder), { recursive: true });
  await mkdir(join(work, "cache/archives/partial"), { recursive: true });
  await writeFile(join(work, "status"), "");
  const architecture = (await run("dpkg", ["--print-architecture"])).stdout.trim();
  await writeFile(
    join(work, "etc/sources.list.d/debian.sources"),
    `Types: deb\nURIs: ${await mirror()}\nSuites: ${suite}\nComponents: main\nArchitectures: ${architecture}\nSigned-By: ${KEYRING}\n`,
  );
  const options = [
    `Dir::Etc=${work}/etc`,
    `Dir::State=${work}/state`,
    `Dir::State::status=${work}/status`,
    `Dir::Cache=${work}/cache`,
    `APT::Sandbox::User=${userInfo().username}`,
    "Acquire::Languages=none",
    "Acquire::Retries=3",
  ].flatMap((option) => ["-o", option]);
  await apt([...options, "-q", "update"], work);
  await apt([...options, "-q", "download", `gobgpd/${suite}`], work);
  const package_ = (await readdir(work)).find((name) => name.endsWith(".deb"));
  if (package_ === undefined) throw new Error(`apt-get download gobgpd/${suite} left no package file`);
  await run("dpkg-deb", ["-x", join(work, package_), join(work, "unpacked")]);
  return join(work, "unpacked/usr/bin/gobgpd");
}

async function apt(argv: readonly string[], cwd: string): Promise<void> {
  try {
    await run("apt-get", argv, { cwd, timeout: 300_000, env: { ...process.env, LC_ALL: "C" } });
  } catch (error) {
    const { stderr = "", message } = error as { stderr?: string; message: string };
    const said = stderr.trim().split("\n").at(-1) || message;
    throw new Error(`apt-get ${argv.at(-1)} failed (${said}); check that the Debian mirror can be reached`);
  }
}

/** The Debian mirror that this machine uses already, else what DEBIAN_MIRROR says (an Ubuntu host uses none). */
async function mirror(): Promise<string> {
  const folder = "/etc/apt/sources.list.d";
  const names = await readdir(folder).catch(() => []);
  for (const file of [...names.map((name) => join(folder, name)), "/etc/apt/sources.list"]) {
    const text = await readFile(file, "utf8").catch(() => "");
    const found = /^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(https?:\/\/\S+\/debian)\/?(?:\s|$)/m.exec(text);
    if (found?.[1] !== undefined) return found[1];
  }
  const told = process.env["DEBIAN_MIRROR"];
  if (told !== undefined) return told;
  throw new Error("this machine's apt sources name no Debian mirror; set DEBIAN_MIRROR to one's URL");
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
