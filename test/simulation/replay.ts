import { parseArgs } from "node:util";
import { BUGS, type BugName } from "./bugs.ts";
import { words } from "./fault.ts";
import { scriptOf, walk } from "./walk.ts";

/** node test/simulation/replay.ts SEED [--only 0,3,5|none] [--bug NAME]: plays one walk again, with its faults (or only those) and the log of all processes. */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, bug: { type: "string" } },
});
const seed = Number(positionals[0]);
if (positionals.length !== 1 || !Number.isInteger(seed)) {
  console.error("usage: node test/simulation/replay.ts SEED [--only 0,3,5|none] [--bug NAME]");
  process.exit(2);
}
if (values.bug !== undefined && !(values.bug in BUGS)) {
  console.error(`--bug: ${JSON.stringify(values.bug)} is none of ${Object.keys(BUGS).join(", ")}`);
  process.exit(2);
}
const whole = scriptOf(seed);
const only = values.only?.split(",").map(Number);
const script = { ...whole, faults: whole.faults.filter((_, index) => only?.includes(index) ?? true) };
console.log(`site: ${Object.entries(script.site).flat().join(" ")}`);
for (const fault of script.faults) console.log(`${whole.faults.indexOf(fault)}: ${words(fault)}`);
const bug = values.bug === undefined ? undefined : BUGS[values.bug as BugName];
const breach = await walk(script, { bug, tell: (line) => console.log(line) });
console.log(
  breach === undefined
    ? "all laws kept"
    : `broke "${breach.law}" at ${(breach.at / 1000).toFixed(3)} s: ${breach.words}`,
);
process.exitCode = breach === undefined ? 0 : 1;
