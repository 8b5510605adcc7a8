import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { table } from "../../src/cli/table.ts";
import { lookOf, paint, printable, wrap } from "../../src/cli/terminal.ts";

const PIPE = { columns: undefined, colour: false };

test("a table is as wide as it has to be, numbers end below each other, and a column without text is left out", () => {
  const columns = [{ head: "NAME" }, { head: "EMPTY" }, { head: "COUNT", right: true }, { head: "" }];
  const rows = [
    ["a", "", "7", "x"],
    ["longer", "", { text: "1200", tone: "bad" as const }, ""],
  ];
  assert.deepEqual(table(columns, rows, PIPE), ["NAME    COUNT", "a           7  x", "longer   1200"]);
  assert.deepEqual(table(columns, rows, { columns: 80, colour: true }), [
    "\u001b[2mNAME\u001b[22m    \u001b[2mCOUNT\u001b[22m",
    "a           7  x",
    "longer   \u001b[31m1200\u001b[39m",
  ]);
});

test("colours are for terminals that want them", () => {
  assert.deepEqual(lookOf({}, {}), PIPE);
  assert.deepEqual(lookOf({ isTTY: true, columns: 120 }, { TERM: "xterm" }), { columns: 120, colour: true });
  assert.deepEqual(lookOf({ isTTY: true, columns: 5 }, { TERM: "xterm" }), { columns: 80, colour: true });
  assert.equal(lookOf({ isTTY: true, columns: 80 }, { NO_COLOR: "1" }).colour, false);
  assert.equal(lookOf({ isTTY: true, columns: 80 }, { TERM: "dumb" }).colour, false);
  assert.equal(paint("up", "good", PIPE), "up");
});

test("what a service or a peer says cannot drive the terminal", () => {
  assert.equal(printable("a\u001b[2J\u202eb\n"), "a?[2J?b?");
  assert.deepEqual(table([{ head: "" }], [["\u001b]0;x\u0007"]], PIPE), ["?]0;x?"]);
});

test("wrapped text loses no word, and no line is too long", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z ]*$/), fc.integer({ min: 1, max: 30 }), (text, columns) => {
      const lines = wrap(text, columns);
      assert.ok(lines.every((line) => line.length <= columns));
      assert.equal(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
    }),
  );
});
