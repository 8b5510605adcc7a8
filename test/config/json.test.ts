import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonNode } from "../../src/config/json.ts";
import { JsonSyntaxError, parseJson } from "../../src/config/json.ts";

function plain(node: JsonNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "array") return node.items.map(plain);
  return Object.fromEntries(node.entries.map(({ key, node: child }) => [key, plain(child)]));
}

/** The value by a parser; undefined where it refuses the text. */
function outcome(parse: (text: string) => unknown, text: string): { readonly value: unknown } | undefined {
  try {
    return { value: parse(text) };
  } catch (error) {
    assert.ok(error instanceof SyntaxError || error instanceof JsonSyntaxError, String(error));
    return undefined;
  }
}

function agrees(text: string): void {
  assert.deepEqual(
    outcome((one) => plain(parseJson(one)), text),
    outcome(JSON.parse, text),
    JSON.stringify(text),
  );
}

test("reads what JSON.parse reads", () => {
  fc.assert(fc.property(fc.json(), agrees));
});

test("refuses what JSON.parse refuses: JSON with a piece cut out, doubled or put in", () => {
  const piece = fc.constantFrom(
    "",
    ",",
    ":",
    "{",
    "}",
    "[",
    "]",
    '"',
    "\\",
    "\n",
    "\t",
    "0",
    "-",
    ".",
    "e",
    "tru",
    "null",
    " ",
    "\u00a0",
    "\\u12",
    "'",
  );
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.nat({ max: 3 }), piece, (json, at, length, put) => {
      const from = at % (json.length + 1);
      agrees(json.slice(0, from) + put + json.slice(from + length));
    }),
    { numRuns: 5000 },
  );
});

test("numbers at the edges of the grammar", () => {
  for (const text of [
    "-0",
    "0",
    "01",
    "-",
    "1.",
    ".5",
    "1e5",
    "1E+05",
    "1e",
    "+1",
    "1_000",
    "0x10",
    "NaN",
    "Infinity",
    "1 2",
    "--1",
  ]) {
    agrees(text);
  }
});

test("keeps repeated keys and every place", () => {
  const node = parseJson('{"a":1,\n "a":[true]}');
  assert.ok(node.kind === "object");
  assert.deepEqual(
    node.entries.map(({ key, offset, node: child }) => [key, offset, child.offset]),
    [
      ["a", 1, 5],
      ["a", 9, 13],
    ],
  );
});

test("a text of nothing but brackets does not overflow the stack", () => {
  assert.throws(() => parseJson("[".repeat(1_000_000)), {
    name: "JsonSyntaxError",
    message: "nested more than 64 deep",
  });
});
