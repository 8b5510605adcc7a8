import { execFile } from "node:child_process";
import { access, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Downloads a package of a suite and unpacks it below `work`, with apt folders of its own: the system's sources stay as they are, and
 * nothing is installed. Selected by suite, not by file: a pool file vanishes as soon as the suite moves on. Answers the folder it is
 * unpacked to. Throws an Error that says what is missing and what to do.
 */
export async function unpackPackage(name: string, suite: string, work: string): Promise<string> {
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
    `Types: deb\nURIs: ${await mirror("debian")}\nSuites: ${suite}\nComponents: main\nArchitectures: ${architecture}\nSigned-By: ${KEYRING}\n`,
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
  await apt([...options, "-q", "download", `${name}/${suite}`], work);
  const package_ = (await readdir(work)).find((file) => file.endsWith(".deb"));
  if (package_ === undefined) throw new Error(`apt-get download ${name}/${suite} left no package file`);
  await run("dpkg-deb", ["-x", join(work, package_), join(work, "unpacked")]);
  return join(work, "unpacked");
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

/**
 * The mirror of Debian's archive (`debian`) or of its security updates that this machine uses already; for the archive else what
 * DEBIAN_MIRROR says (an Ubuntu host uses none).
 */
export async function mirror(archive: "debian" | "debian-security"): Promise<string> {
  const folder = "/etc/apt/sources.list.d";
  const names = await readdir(folder).catch(() => []);
  const source = new RegExp(`^(?:URIs:|deb(?:\\s+\\[[^\\]]*\\])?)\\s+(https?://\\S+/${archive})/?(?:\\s|$)`, "m");
  for (const file of [...names.map((name) => join(folder, name)), "/etc/apt/sources.list"]) {
    const text = await readFile(file, "utf8").catch(() => "");
    const found = source.exec(text);
    if (found?.[1] !== undefined) return found[1];
  }
  const told = process.env["DEBIAN_MIRROR"];
  if (archive === "debian" && told !== undefined) return told;
  throw new Error(`this machine's apt sources name no mirror of ${archive}; set DEBIAN_MIRROR to one of Debian's`);
}
