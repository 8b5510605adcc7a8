import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { commandLines, PAGES, ROOT } from "./pages.ts";

/**
 * Which part of the proof runs a command line that the pages show: a file, and what stands there when it does. Files that take their lines
 * from the page itself run all of its blocks.
 */
const RUN_BY: readonly (readonly [line: RegExp, file: string, proof: RegExp])[] = [
  [/^npm test$/, ".ci/run", /^exec npm test$/m],
  // The same set-up, network and acts, in the guest where there is no other way.
  [/^npm run lab$/, "test/system/story.system.ts", /for \(const act of ACTS\) it\(act\.title/],
  [/^npm run package$/, "lab/units.ts", /lab\/package\.ts/],
  [/^apt-get install \.\/bgp-lb_\*\.deb gobgpd$/, "test/systemd/quick-start.systemd.ts", /line\("apt-get install"\)/],
  [/^bgp-lb check$/, "test/systemd/quick-start.systemd.ts", /line\("bgp-lb check"\)/],
  [
    /^systemctl enable --now bgp-lb-gobgpd bgp-lb-guard bgp-lb$/,
    "test/systemd/quick-start.systemd.ts",
    /line\("systemctl enable"\)/,
  ],
  [/^bgp-lb status$/, "test/systemd/quick-start.systemd.ts", /line\("bgp-lb status"\)/],
  [/^bgp-lb drain web -reason "kernel update" -wait$/, "test/systemd/quick-start.systemd.ts", /line\("bgp-lb drain"\)/],
  [/^bgp-lb undrain web$/, "test/systemd/quick-start.systemd.ts", /line\("bgp-lb undrain"\)/],
  // docs/systemd.md: each line of its block, the editor by a program that writes the config.
  [
    /^(?:npm install --global --prefix \/opt\/bgp-lb|\/opt\/bgp-lb\/.*\/install$|editor \/etc\/bgp-lb|systemctl enable --now gobgpd bgp-lb-guard bgp-lb$)/,
    "test/systemd/machine.ts",
    /of documentedCommands\(\)/,
  ],
];

const shown = PAGES.flatMap((page) => commandLines(page).map((line) => ({ file: page.file, line })));

test("every command line that the pages show is run by a part of the proof, which is there", () => {
  const alone = shown.filter(({ line }) => !RUN_BY.some(([pattern]) => pattern.test(line)));
  assert.deepEqual(alone, []);
  for (const [, file, proof] of RUN_BY) assert.match(readFileSync(join(ROOT, file), "utf8"), proof, file);
});

test("no part of the proof is for a line that no page shows any more", () => {
  for (const [pattern] of RUN_BY)
    assert.ok(
      shown.some(({ line }) => pattern.test(line)),
      String(pattern),
    );
});
