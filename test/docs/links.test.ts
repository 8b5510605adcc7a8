import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { PAGES, ROOT } from "./pages.ts";

/** As GitHub makes an anchor of a heading. */
function anchors(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test("every relative link and picture of README and docs/ leads somewhere, anchors too", () => {
  const broken: string[] = [];
  let links = 0;
  for (const { file, text } of PAGES)
    for (const [, target = ""] of text.matchAll(/(?:\]\(|<img src=")([^)"\s]+)[)"]/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      links++;
      const [path = "", anchor] = target.split("#");
      const found = path === "" ? file : join(dirname(file), path);
      if (!existsSync(join(ROOT, found))) broken.push(`${file}: ${target}`);
      else if (anchor !== undefined && !anchors(readFileSync(join(ROOT, found), "utf8")).includes(anchor))
        broken.push(`${file}: ${target}: no such heading`);
    }
  assert.deepEqual(broken, []);
  assert.ok(links > 20, `${links} links`);
});
