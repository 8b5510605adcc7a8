import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./command.ts";
import { ensureBaseImages } from "./docker/base-images.ts";
import { ensureCompose } from "./docker/compose-program.ts";
import { Engine } from "./docker/engine.ts";
import { runLoud } from "./docker/run-loud.ts";
import { STAMP, STORE } from "./docker/store.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** What the images depend on; the Dockerfile copies of it what .dockerignore lets through. */
const INPUTS = [
  "Dockerfile",
  ".dockerignore",
  "docker-compose.yml",
  "package.json",
  "package-lock.json",
  "tsconfig*.json",
  "{src,proto,assets,packaging/docker,lab/docker}/**",
  "lab/bundle-main.ts",
];
/** gobgpd 3.10, 3.36 and 4.8. */
export const SUITES = ["bookworm", "trixie", "trixie-backports"] as const;
const WEEK = "168h";

/**
 * Builds the images of docker-compose.yml with an engine of the lab's own, unless nothing changed since the last time. Answers why
 * that is not possible on this machine, or undefined; throws where it is possible and fails.
 */
export async function prepareImages(say: (line: string) => void = tell): Promise<string | undefined> {
  const obstacle = whyNot();
  if (obstacle !== undefined) return obstacle;
  const state = fingerprint();
  const compose = await ensureCompose(say);
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === state && existsSync(STORE)) return undefined;
  const engine = await Engine.start(STORE);
  try {
    await ensureBaseImages(engine, say);
    say(`building the images bgp-lb and bgp-lb-gobgpd (${SUITES.join(", ")})`);
    const registry = (await run(["npm", "config", "get", "registry"])).trim();
    const files = ["-f", join(ROOT, "docker-compose.yml"), "-f", join(ROOT, "lab/docker/build-here.yml")];
    const build = (env: NodeJS.ProcessEnv, ...services: readonly string[]) =>
      runLoud([compose, ...files, "build", ...services], {
        ...engine.environment,
        NPM_CONFIG_REGISTRY: registry,
        ...env,
      });
    await build({}, "controller");
    for (const suite of SUITES) await build({ GOBGPD_SUITE: suite }, "gobgpd");
    // Older images of the same names, which else would pile up with each change.
    await engine.ask(
      "POST",
      `/images/prune?filters=${encodeURIComponent(`{"dangling":["true"],"until":["${WEEK}"]}`)}`,
    );
    writeFileSync(STAMP, state);
    return undefined;
  } finally {
    await engine.stop();
  }
}

/** Why the pair cannot be run here; undefined where it can. */
export function imagesMissing(): string | undefined {
  return whyNot() ?? (existsSync(STAMP) ? undefined : "the images were not built: run `node lab/images.ts`");
}

/** Why containers cannot be tested on this machine; undefined where they can. */
function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return "not root";
  const folders = (process.env["PATH"] ?? "").split(":").concat("/usr/sbin", "/usr/bin");
  const missing = ["dockerd", "containerd", "runc"].filter((name) => !folders.some((at) => existsSync(join(at, name))));
  return missing.length === 0 ? undefined : `no ${missing.join(", ")} (package docker.io)`;
}

function fingerprint(): string {
  const hash = createHash("sha256");
  for (const path of INPUTS.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).sort()) {
    if (statSync(join(ROOT, path)).isFile()) hash.update(`${path}\n`).update(readFileSync(join(ROOT, path)));
  }
  return hash.digest("hex");
}

function tell(line: string): void {
  console.log(`  ${line}`);
}

if (import.meta.main) {
  const obstacle = await prepareImages().catch((error: Error) => error.message);
  console.log(obstacle === undefined ? "the images are ready" : `no images: ${obstacle}`);
  process.exitCode = obstacle === undefined ? 0 : 1;
}
