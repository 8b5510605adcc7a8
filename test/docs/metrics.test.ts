import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { exposed } from "../support/exposed.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/metrics.md"), "utf8");

test("docs/metrics.md and the code have the same metrics, with the same type, labels and words", () => {
  const rows = PAGE.split("\n").filter((line) => line.startsWith("| `bgp_lb_"));
  const code = exposed().map(({ name, type, labels, help }) => {
    const names = labels.map((label) => `\`${label}\``).join(", ");
    return `| \`${name}\` | ${type} | ${names} | ${help} |`;
  });
  assert.deepEqual([...rows].sort(), [...code].sort());
});

test("every metric follows the conventions: counters end in _total, and no other does; times are in seconds", () => {
  for (const { name, type, help } of exposed()) {
    assert.equal(name.endsWith("_total"), type === "counter", name);
    assert.doesNotMatch(name, /milli|_ms$|_minutes/);
    assert.match(help, /^[A-Z0-9].*\.$/, name);
    if (type === "histogram") assert.match(name, /_seconds$/);
  }
});
