import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "../..");
const ROW = /^\| ([\w-]+) \| (.+?) \| `(test\/\S+)`: (.+) \|$/;

interface Shown {
  readonly fault: string;
  readonly file: string;
  readonly title: string;
}

const order = (shown: readonly Shown[]) => shown.map(({ fault, file, title }) => `${fault}: ${file}: ${title}`).sort();

function rowsOfThePage(): readonly Shown[] {
  const lines = readFileSync(join(ROOT, "docs/faults.md"), "utf8").split("\n");
  const rows = lines.filter((line) => line.startsWith("| ") && !/^\| (fault|---) \|/.test(line));
  return rows.map((line) => {
    const [, fault = "", , file = "", title = ""] =
      ROW.exec(line) ?? assert.fail(`docs/faults.md: no row of the matrix: ${line}`);
    return { fault, file, title: title.replaceAll("\\|", "|") };
  });
}

/** Each mark of the suites, with the title of the test that begins below it and its like; what a template fills in is `…`. */
function marksOfTheSuites(): readonly Shown[] {
  return globSync("test/**/*.ts", { cwd: ROOT }).flatMap((file) => {
    const text = readFileSync(join(ROOT, file), "utf8");
    return [...text.matchAll(/^ *\/\/ fault: (.*)\n/gm)].map(({ 0: mark, 1: fault = "", index }) => {
      const below = text.slice(index + mark.length).replace(/^(?: *\/\/.*\n)+/, "");
      const [, , title] =
        /^ *(?:it|test)\(\s*(["`])(.*)\1,/.exec(below) ??
        assert.fail(`${file}: below the mark of ${fault} begins no test`);
      return { fault, file, title: (title ?? "").replace(/\$\{[^{}]*\}/g, "…") };
    });
  });
}

test("docs/faults.md and the marks in the suites list the same faults, each with the same test", () => {
  assert.deepEqual(order(marksOfTheSuites()), order(rowsOfThePage()));
});

test("the matrix has each group, no fault twice, and fifty at the least", () => {
  const page = readFileSync(join(ROOT, "docs/faults.md"), "utf8");
  const groups = [...page.matchAll(/^## (.*)$/gm)].map(([, name]) => name);
  assert.deepEqual(groups, ["Controller", "gobgpd", "Kernel", "Network", "Backend", "Operator"]);
  const names = rowsOfThePage().map(({ fault }) => fault);
  assert.deepEqual(
    names.filter((name, at) => names.indexOf(name) !== at),
    [],
  );
  assert.ok(names.length >= 50, `${names.length} faults`);
});
