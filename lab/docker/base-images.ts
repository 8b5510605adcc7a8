import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mirror } from "../debian-package.ts";
import type { Engine } from "./engine.ts";
import { runLoud } from "./run-loud.ts";

/** What the Dockerfile builds on. */
const BASES = ["debian:bookworm-slim", "node:24-bookworm-slim"] as const;
/** A registry that cannot be reached may take very long to say so. */
const PULL_LIMIT_MS = 300_000;

/** Makes sure of the base images: pulled, or made here where no image registry answers. Throws where neither is possible. */
export async function ensureBaseImages(engine: Engine, say: (line: string) => void): Promise<void> {
  const missing: string[] = [];
  for (const image of BASES) if (!(await hasImage(engine, image))) missing.push(image);
  if (missing.length === 0) return;
  say(`pulling ${missing.join(" and ")}`);
  try {
    for (const image of missing) await pull(engine, image);
  } catch (error) {
    say(`no image registry answers (${(error as Error).message}): stand-ins are made of Debian's packages`);
    await makeStandIns(engine);
  }
}

async function hasImage(engine: Engine, image: string): Promise<boolean> {
  return engine.ask("GET", `/images/${image}/json`).then(
    () => true,
    () => false,
  );
}

async function pull(engine: Engine, image: string): Promise<void> {
  const [name, tag] = image.split(":");
  const pulling = engine.ask("POST", `/images/create?fromImage=${name}&tag=${tag}`);
  const limit = AbortSignal.timeout(PULL_LIMIT_MS);
  const late = new Promise<never>((_, reject) => limit.addEventListener("abort", () => reject(new Error("timeout"))));
  const { text } = await Promise.race([pulling, late]);
  // The answer begins before the end is known: a failure is its last line.
  const failure = /"error":"([^"]*)"/.exec(text)?.[1];
  if (failure !== undefined) throw new Error(failure);
}

async function makeStandIns(engine: Engine): Promise<void> {
  // Not /tmp, which may forbid device files (nodev).
  const work = mkdtempSync(join(process.env["TMPDIR"] ?? "/var/tmp", "bgp-lb-stand-ins-"));
  try {
    const security = await mirror("debian-security").catch(() => "");
    const script = fileURLToPath(new URL("stand-ins", import.meta.url));
    await runLoud([script, work, await mirror("debian"), security], engine.environment);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
