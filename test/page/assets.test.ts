import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const COPIES = {
  "uPlot.iife.min.js": "uplot/dist/uPlot.iife.min.js",
  "uPlot.min.css": "uplot/dist/uPlot.min.css",
  "idiomorph.min.js": "idiomorph/dist/idiomorph.min.js",
};

test("libraries of the page are what npm has of them; a newer one is copied by hand", () => {
  for (const [copy, original] of Object.entries(COPIES)) {
    const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
    assert.equal(
      read(`assets/${copy}`),
      read(`node_modules/${original}`),
      `cp node_modules/${original} assets/${copy}`,
    );
  }
});
