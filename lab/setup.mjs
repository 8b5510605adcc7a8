// node lab/setup.mjs lab|test|start|build|check|docs|package|bench [ARG...]
//
// What every npm script goes through: installs what the command needs and the machine lacks (saying what and why), builds, and
// then becomes the command. Plain JavaScript without packages, because it runs on whatever Node the machine has, before `npm ci`.
import { existsSync } from "node:fs";
import { build } from "./setup/build.mjs";
import { prepareGobgpd, prepareGuest } from "./setup/guest.mjs";
import { useNode } from "./setup/node.mjs";
import { ensurePackages } from "./setup/packages.mjs";
import { become, ROOT, SetupError, say } from "./setup/process.mjs";
import { prepareRoots } from "./setup/roots.mjs";

const COMMANDS = {
  lab: { needs: ["network", "lab"], builds: true, gobgpd: [], stage: "lab/main.ts" },
  // The test runner builds by itself: a build that fails is one failure more in its sum, not the end of it.
  test: {
    needs: ["network", "lab", "capture", "routers", "monitoring", "roots", "shells", "browser", "containers", "units"],
    builds: false,
    gobgpd: ["all"],
    roots: true,
    guest: "the tests under systemd",
    stage: "lab/test-run.ts",
  },
  start: { needs: ["network"], builds: true, stage: "dist/main.js" },
  build: { needs: [], builds: true },
  check: { needs: [], builds: false, stage: "lab/check.ts" },
  docs: { needs: [], builds: false, stage: "lab/docs.ts" },
  package: { needs: [], builds: true, stage: "lab/package.ts" },
  bench: { needs: ["network", "lab"], wants: ["rivals", "guest"], builds: true, stage: "bench/main.ts" },
};

async function main([name, ...args]) {
  const command = COMMANDS[name];
  if (command === undefined)
    throw new SetupError(`usage: node lab/setup.mjs ${Object.keys(COMMANDS).join("|")} [ARG...]`, 2);
  process.chdir(ROOT);
  // root's PATH lacks these after a plain `su`
  process.env.PATH = `${ROOT}/node_modules/.bin:${process.env.PATH}:/usr/sbin:/sbin`;
  await useNode();
  const capture = name === "lab" && args.some((word) => word.startsWith("--chaos")) ? ["capture"] : [];
  await ensurePackages([...command.needs, ...capture]);
  for (const group of command.wants ?? []) {
    // What needs it says that it was skipped.
    const ready = group === "guest" ? prepareGuest() : ensurePackages([group]);
    await ready.catch((error) => say(error.message));
  }
  if (command.gobgpd !== undefined) {
    await prepareGuest(command.guest);
    await prepareGobgpd(command.gobgpd);
  }
  if (command.roots) await prepareRoots();
  if (command.builds) await build();
  if (command.stage === undefined) return;
  if (command.stage.endsWith(".ts") && !existsSync(command.stage))
    throw new SetupError(`there is no ${command.stage} yet`);
  await become(`${ROOT}/node_modules/.bin/node`, [command.stage, ...args]);
}

main(process.argv.slice(2)).catch((error) => {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  if (process.argv[2] === "test") console.log("0 passed, 1 failed"); // the sum is always the last line, also of a run that could not begin
  process.exitCode = error.exitCode;
});
