import { existsSync } from "node:fs";
import { copyFile, cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SLOW } from "./patience.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MAIN = join(ROOT, "dist/main.js");

/**
 * The controller's main file. Natively dist/main.js as it is; under emulation one bundle of it, because there each of its hundreds of
 * modules costs milliseconds to find, open and link: 20 s to start in a busy guest, 3 s bundled. The code is the same.
 */
export async function controllerMain(): Promise<string> {
  if (SLOW === 1) return MAIN;
  // One for each guest: it lives shorter than a build, and /run with it.
  const root = "/run/bgp-lb-bundle";
  // As deep below its root as the modules that read package.json and proto/ relative to themselves.
  const bundle = join(root, "dist/bundle/main.mjs");
  if (process.env["IN_GUEST"] !== undefined && existsSync(bundle)) return bundle;
  await mkdir(join(root, "dist/bundle"), { recursive: true });
  await copyFile(join(ROOT, "package.json"), join(root, "package.json"));
  await cp(join(ROOT, "proto"), join(root, "proto"), { recursive: true });
  // CommonJS packages inside an ES module need a require of their own for Node's modules.
  const banner = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
  // Not loaded where it is not needed: natively it would only cost time.
  const { build } = await import("esbuild");
  await build({
    entryPoints: [MAIN],
    outfile: bundle,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    banner: { js: banner },
    logLevel: "error",
  });
  return bundle;
}
