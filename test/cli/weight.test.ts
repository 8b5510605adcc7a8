import assert from "node:assert/strict";
import { before, test } from "node:test";
import { build, type Metafile } from "esbuild";

const ASKING = ["status", "why", "events", "drain", "undrain", "force", "reload"];
let inputs: Metafile["inputs"];

before(async () => {
  const { metafile } = await build({
    entryPoints: ["src/main.ts", ...[...ASKING, "health", "guard"].map((name) => `src/cli/${name}.ts`)],
    outdir: "nowhere",
    write: false,
    bundle: true,
    splitting: true,
    metafile: true,
    packages: "external",
    platform: "node",
    format: "esm",
  });
  inputs = metafile.inputs;
});

/** The packages that a file loads before it does anything, with all that it imports. What is imported only when it is needed does not count. */
function packagesOf(file: string): readonly string[] {
  const [seen, packages] = [new Set<string>(), new Set<string>()];
  const follow = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { path: next, kind, external } of inputs[path]?.imports ?? assert.fail(`${path} is not there`)) {
      if (kind !== "import-statement") continue;
      if (external !== true) follow(next);
      else if (!next.startsWith("node:")) packages.add(next);
    }
  };
  follow(file);
  return [...packages].sort();
}

test("health is asked every few seconds, and help and completion at each key: they load nothing but the command line's parser", () => {
  assert.deepEqual(packagesOf("src/main.ts"), ["commander"]);
  assert.deepEqual(packagesOf("src/cli/health.ts"), []);
});

for (const name of ASKING)
  test(`${name} asks the controller, and loads no part of one`, () =>
    assert.deepEqual(packagesOf(`src/cli/${name}.ts`), []));

test("the guard is small: gobgpd's API, a log, and what reads its line", () =>
  assert.deepEqual(packagesOf("src/cli/guard.ts"), ["@grpc/grpc-js", "@grpc/proto-loader", "pino", "zod"]));
