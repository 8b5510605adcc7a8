import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { blocksOf } from "../../lab/page-blocks.ts";
import { ROOT } from "./pages.ts";
import { BIRD_TERMS, FRR_TERMS, PASSWORD } from "./start-router.ts";

const read = (file: string) => readFileSync(join(ROOT, "docs", file), "utf8");

test("what docs/routers.md shows as tested is what the test with real routers runs", () => {
  const shown = blocksOf(read("routers.md")).map(({ text }) => text);
  for (const file of ["frr.conf", "bird.conf", "sysctl.conf"])
    assert.ok(shown.includes(read(`routers/${file}`)), `docs/routers.md shows docs/routers/${file} as it is`);
  const scene = ["router-scene.ts", "start-router.ts"]
    .map((file) => readFileSync(join(ROOT, "test/docs", file), "utf8"))
    .join();
  for (const file of ["frr.conf", "bird.conf", "sysctl.conf"]) assert.ok(scene.includes(`"${file}"`), file);
});

test("what docs/routers.md says of passwords and TTL security is what the test with real routers says to them", () => {
  for (const term of [...BIRD_TERMS, ...FRR_TERMS])
    assert.ok(read("routers.md").includes(`| \`${term.replace(PASSWORD, "...")}\` |`), term);
});
