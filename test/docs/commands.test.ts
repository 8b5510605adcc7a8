import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { codeIn, commandLines, PAGES, ROOT } from "./pages.ts";

/**
 * Which part of the proof runs a command line that the pages show: a file, and what stands there when it does. Files that take their lines
 * from the page itself run all of its blocks.
 */
const RUN_BY: readonly (readonly [line: RegExp, file: string, proof: RegExp])[] = [
  [/^npm test$/, ".ci/run", /^exec npm test$/m],
  // The same set-up, network and acts, in the guest where there is no other way.
  [/^npm run lab$/, "test/system/story.system.ts", /for \(const act of ACTS\) it\(act\.title/],
  // What comes before its prompt is the line above.
  [/^npm run lab -- --keep$/, "test/system/story.system.ts", /prompt\(lab, /],
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
  // What stands in the text of README and quick start.
  [/^bgp-lb drain$/, "test/systemd/quick-start.systemd.ts", /line\("bgp-lb drain"\)/],
  [/^bgp-lb doctor$/, "test/doctor/doctor.system.ts", /run\("doctor", "-json", \.\.\.config, \.\.\.flags\)/],
  [/^apt-get remove bgp-lb$/, "test/systemd/quick-start.systemd.ts", /\["apt-get", "remove", "-y", "bgp-lb"\]/],
  [/^ip route show 203\.0\.113\.10$/, "lab/topology.ts", /seen = await this\.router\.kernelNextHops\(vip\);/],
  [/^npm run check$/, "lab/test-run.ts", /if \(stage === "check"\) return check\(\);/],
  [/^npm start -- -config FILE -ipvs-setup$/, "test/docs/readme.integration.ts", /start\(line\("npm start "\)/],
  [/^gobgpd --api-hosts 127\.0\.0\.1:50051$/, "test/docs/readme.integration.ts", /start\(line\("gobgpd "\)\)/],
  // docs/systemd.md: each line of its block, the editor by a program that writes the config.
  [
    /^(?:npm install --global --prefix \/opt\/bgp-lb|\/opt\/bgp-lb\/.*\/install$|editor \/etc\/bgp-lb|systemctl enable --now gobgpd bgp-lb-guard bgp-lb$)/,
    "test/systemd/machine.ts",
    /of documentedCommands\(\)/,
  ],
];

/** In the text of these pages, too, a newcomer takes what begins with a program for a line to be typed. */
const NEWCOMERS: readonly string[] = ["README.md", "docs/quick-start.md"];
const PROGRAM = /^(?:apt-get|bgp-lb|curl|docker|editor|gobgpd?|ip|ipvsadm|node|npm|systemctl) \S/;

const shown = PAGES.flatMap((page) => {
  const inText = NEWCOMERS.includes(page.file) ? codeIn(page).filter((code) => PROGRAM.test(code)) : [];
  return [...commandLines(page), ...inText].map((line) => ({ file: page.file, line }));
});

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
