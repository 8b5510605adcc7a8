import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { blocksOf } from "../../lab/page-blocks.ts";
import { EXIT } from "../../src/cli/exit.ts";
import { VERBS } from "../../src/cli/verbs.ts";
import { COMMAND_FLAGS, FLAGS } from "../../src/config/flags.ts";
import type { JsonSchema } from "../../src/config/json-schema.ts";
import { jsonSchema } from "../../src/config/json-schema.ts";
import { parseConfig } from "../../src/config/load.ts";
import { codeIn, commandLines, PAGES, ROOT } from "./pages.ts";

const COMMANDS = [...VERBS.map(({ name }) => name), "help"];
const FLAG_NAMES = [...FLAGS.map(({ name }) => name), ...Object.keys(COMMAND_FLAGS), "help"];
const KEYS = new Set<string>();
for (const walk: JsonSchema[] = [jsonSchema]; walk.length > 0; ) {
  const { properties = {}, items, anyOf = [], oneOf = [] } = walk.pop() ?? {};
  for (const key of Object.keys(properties)) KEYS.add(key);
  walk.push(...Object.values(properties), ...anyOf, ...oneOf, ...(items === undefined ? [] : [items]));
}
const SOURCES = globSync("{src,packaging,lab}/**/*", { cwd: ROOT, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
  .join("\n");

/** Decisions are history: what they name may have another name by now. */
const pages = PAGES.filter(({ file }) => !file.startsWith("docs/decisions/"));
const everyCode = pages.flatMap((page) =>
  [...codeIn(page), ...commandLines(page)].map((code) => ({ file: page.file, code })),
);

/** Every name that `pattern` finds in code of the pages and that `known` does not know, with its page. */
function unknown(pattern: RegExp, known: (name: string) => boolean): readonly string[] {
  return everyCode.flatMap(({ file, code }) =>
    [...code.matchAll(pattern)].flatMap(([whole, name = whole]) => (known(name) ? [] : [`${file}: ${code}: ${name}`])),
  );
}

test("every command of bgp-lb that the pages name is one, and each is named", () => {
  assert.deepEqual(
    unknown(/(?:^|exec controller )bgp-lb ([a-z]+)\b/g, (name) => COMMANDS.includes(name)),
    [],
  );
  const words = everyCode.map(({ code }) => ` ${code} `).join("\n");
  for (const { name } of VERBS)
    assert.ok(new RegExp(`[ \\[]${name}[ \\]]`).test(words), `no page names the command ${name}`);
});

test("every flag of bgp-lb that the pages name is one, and each is named", () => {
  const own = /^(?:bgp-lb .*|.* exec controller bgp-lb .*|-[^-].*)$/;
  const named = everyCode.filter(({ code }) => own.test(code));
  assert.ok(named.length > 20);
  const strange = named.flatMap(({ file, code }) =>
    [...code.matchAll(/(?:^|[\s[])-([a-z][a-z-]+)/g)].flatMap(([, name = ""]) =>
      FLAG_NAMES.includes(name) ? [] : [`${file}: ${code}: -${name}`],
    ),
  );
  assert.deepEqual(strange, []);
  const words = everyCode.map(({ code }) => ` ${code} `).join("\n");
  for (const name of FLAG_NAMES)
    assert.ok(new RegExp(`[ [|]-${name}[ =\\]]`).test(words), `no page names the flag -${name}`);
});

test("every camelCase name in the pages is a key of the config, or stands in the sources", () => {
  assert.deepEqual(
    unknown(/(?<![\w/.-])[a-z]+(?:[A-Z][a-z0-9]+)+\b/g, (name) => KEYS.has(name) || SOURCES.includes(name)),
    [],
  );
  const paths = everyCode
    .map(({ file, code }) => ({ file, keys: /^[a-z]+(?:\.[a-zA-Z]+)+$/.test(code) ? code.split(".") : [] }))
    .filter(({ keys: [first = ""] }) => KEYS.has(first));
  assert.ok(paths.length > 10);
  assert.deepEqual(
    paths.filter(({ keys }) => !keys.every((key) => KEYS.has(key))),
    [],
  );
});

// docs/metrics.md is held to the registry itself by metrics.test.ts, so what it has is real.
test("every metric that the pages name is in docs/metrics.md", () => {
  const metrics = pages.find(({ file }) => file === "docs/metrics.md")?.text ?? "";
  assert.deepEqual(
    unknown(/\bbgp_lb_[a-z_]+/g, (name) => metrics.includes(name)),
    [],
  );
});

test("an exit code that the pages speak of is one of the program's, and each is spoken of where all are listed", () => {
  const codes: readonly number[] = Object.values(EXIT);
  const told = pages.flatMap(({ file, text }) =>
    [...text.matchAll(/[Ee]xit codes? (\d+)/g)].map(([, code]) => ({ file, code: Number(code) })),
  );
  assert.ok(told.length > 5);
  assert.deepEqual(
    told.filter(({ code }) => !codes.includes(code)),
    [],
  );
  for (const file of ["docs/commands.md", "docs/operate.md"]) {
    const [, table = ""] = pages.find((page) => page.file === file)?.text.split("## Exit codes") ?? [];
    const listed = [...(table.split("\n## ")[0] ?? "").matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    assert.deepEqual(listed, codes, file);
  }
});

test("every config that the pages show whole is one", () => {
  const shown = PAGES.flatMap((page) => blocksOf(page.text).filter(({ language }) => language === "json"));
  const configs = shown.filter(({ text }) => "bgp" in (JSON.parse(text) as object));
  assert.ok(configs.length >= 2);
  for (const { text } of configs) parseConfig(text, "page");
});
