import { globSync } from "node:fs";
import { check, report, runStep } from "./check.ts";
import { lastLine, NOTHING, ONE_FAILURE, type Outcome, strict, sum } from "./outcome.ts";
import { runOnHost, runSystem } from "./test-stage.ts";

/**
 * npm test [-- [check] [unit] [integration] [system] [FILTER...]]
 * Without a stage: all of them. A filter is a part of test files' paths. The last line is the sum; exit code 0 only when nothing failed.
 */
const STAGES = ["check", "unit", "integration", "system"] as const;
type Stage = (typeof STAGES)[number];
const FILES: Readonly<Record<Exclude<Stage, "check">, string>> = {
  unit: "test/**/*.test.ts",
  integration: "test/**/*.integration.ts",
  system: "test/**/*.system.ts",
};
const MINUTE = 60_000;

const words = process.argv.slice(2);
const filters = words.filter((word) => !(STAGES as readonly string[]).includes(word));
const named = STAGES.filter((stage) => words.includes(stage));
const wanted = named.length > 0 ? named : STAGES.filter((stage) => filters.length === 0 || stage !== "check");

function filesOf(stage: Exclude<Stage, "check">): string[] {
  const files = globSync(FILES[stage]).sort();
  return files.filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
}

async function runStage(stage: Stage): Promise<Outcome> {
  if (stage === "check") return check();
  const files = filesOf(stage);
  if (files.length === 0) return NOTHING;
  if (stage === "unit") return runOnHost(files, { limit: 10 * MINUTE, concurrency: undefined });
  // Integration tests start daemons with ports of their own, and count what happens within a time: one file after the other.
  if (stage === "integration") return runOnHost(files, { limit: 30 * MINUTE, concurrency: 1 });
  return runSystem(files, 60 * MINUTE);
}

async function run(): Promise<Outcome> {
  if (filters.length > 0 && wanted.every((stage) => stage === "check" || filesOf(stage).length === 0)) {
    console.log(`no test file has ${filters.join(" or ")} in its path`);
    return ONE_FAILURE;
  }
  let interrupted = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => (interrupted = true));
  const outcomes: Outcome[] = [];
  if (wanted.some((stage) => stage !== "unit")) {
    console.log("\nbuild");
    outcomes.push(await report("dist", runStep([process.execPath, "lab/setup.mjs", "build"])));
  }
  for (const stage of wanted) {
    if (stage !== "check" && filesOf(stage).length === 0) continue;
    console.log(`\n${stage}`);
    const start = performance.now();
    const outcome = await runStage(stage);
    console.log(`  ${stage}: ${lastLine(outcome)} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    outcomes.push(outcome);
    if (interrupted) {
      console.log("  interrupted: what follows was not run");
      return sum([...outcomes, ONE_FAILURE]);
    }
  }
  return sum(outcomes);
}

let outcome = await run();
console.log();
for (const { name, reason } of outcome.skipped) console.log(`skipped: ${name} (${reason})`);
if (process.env["CI"] === "true" && outcome.skipped.length > 0) {
  console.log(`CI=true: each of the ${outcome.skipped.length} skipped counts as failed`);
  outcome = strict(outcome);
}
console.log(lastLine(outcome));
process.exitCode = outcome.failed === 0 ? 0 : 1;
