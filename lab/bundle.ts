import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleMain } from "./bundle-main.ts";
import { SLOW } from "./patience.ts";

/**
 * The controller's main file. Natively dist/main.js as it is; under emulation one bundle of it, because there each of its hundreds of
 * modules costs milliseconds to find, open and link: 20 s to start in a busy guest, 3 s bundled. The code is the same.
 */
export async function controllerMain(): Promise<string> {
  if (SLOW === 1) return fileURLToPath(new URL("../dist/main.js", import.meta.url));
  // One for each guest: it lives shorter than a build, and /run with it.
  const root = "/run/bgp-lb-bundle";
  const bundle = join(root, "dist/bundle/main.mjs");
  if (process.env["IN_GUEST"] !== undefined && existsSync(bundle)) return bundle;
  return bundleMain(root);
}
