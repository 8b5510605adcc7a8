import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { ask, CACHE, ROOT, SetupError, say } from "./process.mjs";

const STAMP = join(CACHE, "build");
const DIST = join(ROOT, "dist");

/** Compiles src/ to dist/, unless nothing changed since the last time. */
export async function build() {
  const state = fingerprint();
  if (existsSync(join(DIST, "main.js")) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === state) return;
  say("building dist/");
  mkdirSync(CACHE, { recursive: true });
  const fresh = mkdtempSync(join(CACHE, "dist-"));
  try {
    const result = ask("tsc", ["-p", "tsconfig.build.json", "--outDir", fresh]);
    if (!result.ok) throw new SetupError(`${result.stdout}${result.stderr}setup: the build failed`);
    replace(fresh, DIST);
    writeFileSync(STAMP, state);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function fingerprint() {
  const hash = createHash("sha256");
  for (const path of [
    "package-lock.json",
    "tsconfig.json",
    "tsconfig.build.json",
    ...files("src").map((file) => join("src", file)),
  ]) {
    const { mtimeMs, size } = statSync(path);
    hash.update(`${path} ${mtimeMs} ${size}\n`);
  }
  return hash.digest("hex");
}

/** File by file and by rename, so that a program that starts from dist/ at this moment finds every file, and finds it whole. */
function replace(from, to) {
  const made = new Set(files(from));
  for (const file of made) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    if (file === "main.js") chmodSync(join(from, file), 0o755); // the `bgp-lb` of package.json
    renameSync(join(from, file), join(to, file));
  }
  for (const file of files(to)) if (!made.has(file)) rmSync(join(to, file));
}

function files(folder) {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return found.map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1)).sort();
}
