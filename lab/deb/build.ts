import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { run } from "../command.ts";
import { settle, stageTree } from "./tree.ts";
import { control } from "./words.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SCRIPTS = ["postinst", "prerm", "postrm"];

export interface Wanted {
  /** Folder that the package is put into. */
  readonly folder: string;
  /** Another version than package.json's. */
  readonly version?: string;
}

/**
 * Builds the Debian package for this machine's architecture out of dist/ and answers its path. The same sources at the same
 * SOURCE_DATE_EPOCH (else: the time of the last commit) give the same bytes.
 */
export async function buildDeb({ folder, version: told }: Wanted): Promise<string> {
  const manifest = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
    version: string;
    description: string;
  };
  const version = told ?? manifest.version;
  const epoch = await sourceDate();
  const architecture = (await run(["dpkg", "--print-architecture"])).trim();
  const work = await mkdtemp(join(tmpdir(), "bgp-lb-deb-"));
  try {
    const tree = join(work, "tree");
    await mkdir(tree);
    await stageTree(ROOT, tree, version, epoch);
    const size = await settle(tree, epoch);
    const put = (name: string, text: string, mode = 0o644) => writeFile(join(tree, "DEBIAN", name), text, { mode });
    const sums = await md5sums(tree);
    await mkdir(join(tree, "DEBIAN"));
    await put("control", control({ ...manifest, version }, architecture, size));
    await put("md5sums", sums);
    await put("conffiles", "/etc/default/bgp-lb\n");
    for (const name of SCRIPTS) await put(name, await readFile(join(ROOT, "packaging/debian", name), "utf8"), 0o755);
    await settle(join(tree, "DEBIAN"), epoch);
    const file = join(folder, `bgp-lb_${version}_${architecture}.deb`);
    // One thread: how many there are is otherwise in the bytes.
    const options = ["--root-owner-group", "-Zzstd", "-z9", "--threads-max=1"];
    await run(["env", `SOURCE_DATE_EPOCH=${epoch}`, "dpkg-deb", ...options, "--build", tree, file]);
    return file;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function sourceDate(): Promise<number> {
  const told = process.env["SOURCE_DATE_EPOCH"];
  return Number(told ?? (await run(["git", "-C", ROOT, "log", "-1", "--format=%ct"])));
}

async function md5sums(tree: string): Promise<string> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(tree, join(entry.parentPath, entry.name)));
  const lines: string[] = [];
  for (const file of files.filter((name) => !name.startsWith("etc/")).sort())
    lines.push(
      `${createHash("md5")
        .update(await readFile(join(tree, file)))
        .digest("hex")}  ${file}\n`,
    );
  return lines.join("");
}
