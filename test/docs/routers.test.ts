import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { blocksOf } from "../../lab/page-blocks.ts";
import { ROOT } from "./pages.ts";

const read = (file: string) => readFileSync(join(ROOT, "docs", file), "utf8");

test("what docs/routers.md shows as tested is what the test with real routers runs", () => {
  const shown = blocksOf(read("routers.md")).map(({ text }) => text);
  for (const file of ["frr.conf", "bird.conf", "sysctl.conf"])
    assert.ok(shown.includes(read(`routers/${file}`)), `docs/routers.md shows docs/routers/${file} as it is`);
  const scene = readFileSync(join(ROOT, "test/docs/router-scene.ts"), "utf8");
  for (const file of ["frr.conf", "bird.conf", "sysctl.conf"]) assert.ok(scene.includes(`"${file}"`), file);
});
