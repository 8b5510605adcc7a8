import assert from "node:assert/strict";
import { test } from "node:test";
import { shortList } from "../../src/core/short-list.ts";

test("as many as are wanted are named, and the others counted", () => {
  assert.equal(shortList([], 2), "");
  assert.equal(shortList(["a", "b"], 2), "a, b");
  assert.equal(shortList(["a", "b", "c"], 2), "a, b and 1 more");
});
