import { copyFile, cp, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Puts the built controller below `target` as one bundled file, with what it reads at run time, and answers the file: as deep as the
 * modules of dist/, which find package.json, proto/ and assets/ relative to themselves.
 */
export async function bundleMain(target: string): Promise<string> {
  const bundle = join(target, "dist/bundle/main.mjs");
  await mkdir(join(target, "dist/bundle"), { recursive: true });
  await copyFile(join(ROOT, "package.json"), join(target, "package.json"));
  for (const folder of ["proto", "assets"]) await cp(join(ROOT, folder), join(target, folder), { recursive: true });
  // CommonJS packages inside an ES module need a require of their own for Node's modules.
  const banner = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
  // Not loaded where it is not needed: natively it would only cost time.
  const { build } = await import("esbuild");
  await build({
    // The thread that compares passwords has a file of its own beside the program.
    entryPoints: { main: join(ROOT, "dist/main.js"), "bcrypt-worker": join(ROOT, "dist/admin/bcrypt-worker.js") },
    outdir: dirname(bundle),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // A command loads what it needs and no more: who asks for the health every few seconds waits for no gRPC.
    splitting: true,
    absWorkingDir: ROOT,
    platform: "node",
    format: "esm",
    target: "node22",
    banner: { js: banner },
    logLevel: "error",
  });
  return bundle;
}

if (import.meta.main) await bundleMain(process.argv[2] ?? "");
