import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { table } from "../../src/cli/table.ts";
import { fitted, lookOf, paint, printable, wrap } from "../../src/cli/terminal.ts";

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

test("where the columns alone are wider than the terminal, the widest is broken and the others stay below each other", () => {
  const columns = ["VIP", "SERVICE", "STATE", "FOR", "PROOF", "WHY"].map((head) => ({ head }));
  const vip = "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/128";
  const long = "payments-gate15 is down: connection refused";
  const rows = [
    [vip, "payments-gate15", "withdrawn", "1m09s", "-", long],
    ["10.88.2.1/32", "web", "proven", "5s", "2/2", "web is up"],
  ];
  assert.deepEqual(table(columns, rows, { columns: 80, colour: false }), [
    "VIP                                     SERVICE          STATE      FOR    PROOF",
    "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff  payments-gate15  withdrawn  1m09s  -",
    "/128",
    `    ${long}`,
    "10.88.2.1/32                            web              proven     5s     2/2",
    "    web is up",
  ]);
  const checks = [{ head: "CHECK" }, { head: "RESULT" }, { head: "LAST" }];
  const check = [`http http://127.0.0.1:9002/${"a/long/path/".repeat(5)}?with=query`, "up", "1s ago"];
  const lines = table(checks, [check], { columns: 60, colour: false });
  assert.ok(
    lines.every((line) => line.length <= 60),
    lines.join("\n"),
  );
  assert.match(lines[1] ?? "", / {2}up {6}1s ago$/);
});

test("lines of text are broken at words, and go on as far in as they begin", () => {
  const look = { columns: 20, colour: false };
  assert.deepEqual(fitted(["short", "    one two three four five"], look), [
    "short",
    "    one two three",
    "    four five",
  ]);
  assert.deepEqual(fitted(["    one two three four five"], PIPE), ["    one two three four five"]);
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
