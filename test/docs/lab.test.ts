import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DATAPLANE_BOUND, KIND_NAMES, kindOf } from "../../lab/chaos/kinds.ts";
import { LAWS } from "../../lab/chaos/record.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/lab.md"), "utf8");

/** The rows of the table with this head, cell by cell. */
function rowsBelow(head: string): readonly (readonly string[])[] {
  const [, rest = ""] = PAGE.split(`${head}\n`);
  const rows = rest.split("\n").slice(1);
  const end = rows.findIndex((row) => !row.startsWith("|"));
  return rows.slice(0, end).map((row) => row.slice(2, -2).split(" | "));
}

test("docs/lab.md lists each fault with its bound and its cost", () => {
  const shown = rowsBelow("| fault | how | bound | may cost |").map(([kind, , bound, cost]) => [kind, bound, cost]);
  const kinds = KIND_NAMES.map((name) => {
    const { bound, holdTime, takes, costs } = kindOf(name);
    const seconds = takes === undefined ? bound : DATAPLANE_BOUND;
    const before = holdTime === undefined ? "" : `${holdTime} s + `;
    return [name, seconds === undefined ? "-" : `${before}${seconds} s`, costs === true ? "requests" : "nothing"];
  });
  assert.deepEqual(shown, kinds);
});

test("docs/lab.md lists the laws", () => {
  assert.deepEqual(rowsBelow("| law | what it says |"), Object.entries(LAWS));
});
