import assert from "node:assert/strict";
import { test } from "node:test";
import { BENCHES } from "../../bench/catalog.ts";
import { COLUMNS } from "../../bench/report.ts";
import { blocksOf } from "../../lab/page-blocks.ts";
import { PAGES } from "./pages.ts";

const PAGE = PAGES.find(({ file }) => file === "docs/bench.md")?.text ?? "";

test("docs/bench.md lists each bench with what it measures and how to read it", () => {
  const listed = [...PAGE.matchAll(/^\| `(\w+)` \| (.*?) \| (.*) \|$/gm)].map(([, ...cells]) => cells);
  assert.deepEqual(
    listed,
    BENCHES.map(({ name, about, reading }) => [name, about, reading]),
  );
});

test("docs/bench.md shows a run's table, as it is printed, with each bench in it", () => {
  const heads = COLUMNS.map(({ head }) => head);
  const tables = blocksOf(PAGE)
    .map(({ text }) => text.split("\n").map((line) => line.split(/ {2,}/)))
    .filter(([first]) => first?.join() === heads.join());
  assert.equal(tables.length, 1);
  const rows = (tables[0] ?? []).slice(1).filter((cells) => cells.length === heads.length);
  assert.deepEqual(
    [...new Set(rows.map(([name]) => name))],
    BENCHES.map(({ name }) => name),
  );
});
