import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { after, test } from "node:test";

const ROOT = resolve(import.meta.dirname, "..");
const MAX_LINES = 220;

/** Who may import whom: the table of the architecture, on which biome.json has to agree. `node:` and packages are named as such. */
const MAY_IMPORT = {
  core: ["core"],
  health: ["core", "health", "node:", "packages"],
  dataplane: ["core", "dataplane", "node:", "packages"],
  speaker: ["core", "speaker", "node:", "packages"],
  admin: ["core", "admin", "node:", "packages"],
  page: ["core", "admin", "page", "node:", "packages"],
  config: [
    "core",
    "config",
    "node:",
    "zod",
    "health/registry",
    "health/duration",
    "health/duration-schema",
    "speaker/attributes",
    "dataplane/ipvs-options",
  ],
  daemon: ["core", "config", "health", "dataplane", "speaker", "admin", "page", "daemon", "node:", "packages"],
  doctor: ["core", "config", "daemon", "dataplane", "speaker", "doctor", "node:", "packages"],
  migrate: ["core", "config", "migrate", "node:"],
  cli: ["core", "config", "daemon", "admin", "doctor", "migrate", "cli", "node:", "packages"],
} as const;
const ROOMS = Object.keys(MAY_IMPORT) as (keyof typeof MAY_IMPORT)[];
const TABLES = [
  "health/registry",
  "health/duration",
  "health/duration-schema",
  "speaker/attributes",
  "dataplane/ipvs-options",
];

const copy = mkdtempSync(join(tmpdir(), "bgp-lb-rooms-"));
after(() => rmSync(copy, { recursive: true, force: true }));

/** Every import that could be written in a file of the copy, with the word of MAY_IMPORT that would allow it. */
function imports(from: string): { specifier: string; words: string[] }[] {
  const to = (path: string) => {
    const specifier = relative(dirname(from), `src/${path}`);
    return specifier.startsWith(".") ? specifier : `./${specifier}`;
  };
  return [
    ...ROOMS.map((room) => ({ specifier: to(`${room}/some.ts`), words: [room as string] })),
    ...TABLES.map((table) => ({ specifier: to(`${table}.ts`), words: [table, table.split("/")[0] ?? ""] })),
    { specifier: to("main.ts"), words: [] },
    { specifier: "node:fs", words: ["node:"] },
    { specifier: "zod", words: ["zod", "packages"] },
    { specifier: "got", words: ["packages"] },
  ];
}

/** What biome, with this project's own rules, says of `text` as the file `path`: the lines that it refuses. */
function refused(rule: string, path: string, text: string): number[] {
  const { $schema: _, vcs: __, ...config } = JSON.parse(readFileSync(join(ROOT, "biome.json"), "utf8"));
  writeFileSync(join(copy, "biome.json"), JSON.stringify(config));
  mkdirSync(dirname(join(copy, path)), { recursive: true });
  writeFileSync(join(copy, path), text);
  const args = ["lint", `--only=${rule}`, "--reporter=json", "--max-diagnostics=200", path];
  const result = spawnSync(join(ROOT, "node_modules/.bin/biome"), args, { cwd: copy, encoding: "utf8" });
  const { diagnostics } = JSON.parse(result.stdout) as {
    diagnostics: { category: string; location: { start: { line: number } } }[];
  };
  assert.ok(
    diagnostics.every((one) => one.category.endsWith(rule)),
    result.stdout,
  );
  return diagnostics.map((one) => one.location.start.line);
}

const FORMS: Readonly<Record<string, (specifier: string) => string>> = {
  "import type": (specifier) => `import type { A } from "${specifier}";`,
  "import()": (specifier) => `await import("${specifier}");`,
  "export from": (specifier) => `export * from "${specifier}";`,
};

for (const from of [...ROOMS.map((room) => `src/${room}/planted.ts`), "src/health/kinds/planted.ts", "src/main.ts"])
  test(`imports of ${from} are held to the table of rooms`, () => {
    const room = from.split("/")[1] as keyof typeof MAY_IMPORT;
    const may: readonly string[] = from === "src/main.ts" ? ["cli"] : MAY_IMPORT[room];
    const all = imports(from);
    const expected = all
      .filter(({ words }) => !words.some((word) => may.includes(word)))
      .map(({ specifier }) => specifier);
    assert.ok(expected.length > 0);
    for (const [form, write] of Object.entries(FORMS)) {
      const lines = refused("style/noRestrictedImports", from, all.map(({ specifier }) => write(specifier)).join("\n"));
      const found = lines.map((line) => all[line - 1]?.specifier);
      assert.deepEqual(found.sort(), [...expected].sort(), form);
    }
  });

test("bench imports the rooms of src, lab and test/support, and no other tests", () => {
  const never = ["../test/speaker/stage.ts", "../docs/some.ts", "../src/main.ts", "../lab/chaos/kinds.ts"];
  const may = ["./row.ts", "../src/core/op.ts", "../lab/native.ts", "../test/support/bird.ts", "node:fs", "got"];
  const text = [...never, ...may].map((specifier) => `import type { A } from "${specifier}";`).join("\n");
  const lines = refused("style/noRestrictedImports", "bench/planted.ts", text);
  assert.deepEqual(
    lines,
    never.map((_, at) => at + 1),
  );
});

test("time is read and waited for in src/daemon/clock.ts only", () => {
  const text =
    "export const a = Date.now();\nsetTimeout(f, 1);\nsetInterval(f, 1);\nexport const b = performance.now();\n";
  assert.deepEqual(refused("style/noRestrictedGlobals", "src/daemon/planted.ts", text), [1, 2, 3, 4]);
  assert.deepEqual(refused("style/noRestrictedGlobals", "src/daemon/clock.ts", text), []);
  // Which biome does not see: the same functions as imports.
  const importing = sources().filter((path) =>
    /\b(setTimeout|setInterval|scheduler|performance)\b[^;]*from "node:(timers|perf_hooks)/.test(read(path)),
  );
  assert.deepEqual(
    importing.filter((path) => path !== "src/daemon/clock.ts"),
    [],
  );
});

test("every source file is in a room and small", () => {
  for (const path of sources()) {
    if (path !== "src/main.ts") assert.ok(ROOMS.includes(path.split("/")[1] as never), `${path} is in no known room`);
    const lines = read(path).split("\n").length - 1;
    assert.ok(lines <= MAX_LINES, `${path} has ${lines} lines, more than ${MAX_LINES}`);
  }
});

test("every file with tests has a name that the test runner looks for", () => {
  const withTests = globSync("test/**/*.ts", { cwd: ROOT }).filter((path) =>
    /^import .*\b(test|it|describe|suite)\b.* from "node:test"/m.test(read(path)),
  );
  const byHand = ["test/page/pictures.ts"];
  const named = (path: string) => /\.(test|integration|system|simulation|compose|systemd)\.ts$/.test(path);
  // Where a scene is costly, one named file plays the parts that others hold.
  const played = withTests
    .filter(named)
    .flatMap((path) =>
      [...read(path).matchAll(/^import .* from "(\.\/[\w-]+\.ts)"/gm)].map(([, file = ""]) =>
        join(dirname(path), file),
      ),
    );
  assert.deepEqual(
    withTests.filter((path) => !named(path) && !played.includes(path) && !byHand.includes(path)),
    [],
  );
});

function sources(): string[] {
  return globSync("src/**/*.ts", { cwd: ROOT });
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}
