import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { commandsPage, exitTable, withExitTable } from "../../src/cli/commands-page.ts";
import { CODES, EXIT } from "../../src/cli/exit.ts";
import { manualPage } from "../../src/cli/manual.ts";
import { NOTES } from "../../src/cli/notes.ts";
import { commandTree } from "../../src/cli/program.ts";
import { VERBS } from "../../src/cli/verbs.ts";

const tree = commandTree();
const file = (name: string) => readFile(new URL(`../../${name}`, import.meta.url), "utf8");

test("docs/commands.md, the exit codes of docs/operate.md and the man page are up to date (else: npm run docs)", async () => {
  assert.equal(await file("docs/commands.md"), commandsPage(tree));
  const operate = await file("docs/operate.md");
  assert.equal(operate, withExitTable(operate));
  assert.equal(operate.split("## Exit codes").length, 2);
  assert.ok(operate.split("## Exit codes")[1]?.includes(exitTable()));
  assert.equal(await file("packaging/man/bgp-lb.8"), manualPage(tree));
});

test("each command has examples that call it, and exit codes; no other has", () => {
  const names = VERBS.map(({ name }) => name).sort();
  assert.deepEqual(Object.keys(NOTES).sort(), names);
  for (const [name, { examples, codes }] of Object.entries(NOTES)) {
    const called = examples.some(([line]) => new RegExp(`\\bbgp-lb (?:.* )?${name}\\b`).test(line));
    assert.ok(called, name);
    assert.equal(typeof codes.ok, "string", name);
  }
  assert.deepEqual(Object.keys(CODES), Object.keys(EXIT));
});

test("the man page begins no line with a dot or a quote of a text's own, and copies dashes as dashes", () => {
  const page = manualPage({
    name: "x",
    meaning: ".dot",
    flags: [{ name: "a-b", meaning: "it's 'so' ~", boolean: false, placeholder: "X", choices: [], default: "\\" }],
    commands: [],
  });
  assert.match(page, /^\\&\.dot$/m);
  assert.match(page, /^\\fB\\-a\\-b\\fR X$/m);
  assert.match(page, /^It\\\(aqs \\\(aqso\\\(aq \\\(ti\. Default: \\e\.$/m);
});
