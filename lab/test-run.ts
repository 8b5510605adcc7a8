import { globSync } from "node:fs";
import { check, report, runStep } from "./check.ts";
import { prepareImages } from "./images.ts";
import { lastLine, NOTHING, ONE_FAILURE, type Outcome, strict, sum } from "./outcome.ts";
import { runInGuest, runOnHost, runSystem } from "./test-stage.ts";
import { withPackageInOpt } from "./units.ts";

/**
 * npm test [-- [check] [unit] [simulation] [integration] [system] [compose] [systemd] [FILTER...]]
 * Without a stage: all of them. A filter is a part of test files' paths. The last line is the sum; exit code 0 only when nothing failed.
 */
const STAGES = ["check", "unit", "simulation", "integration", "system", "compose", "systemd"] as const;
type Stage = (typeof STAGES)[number];
const FILES: Readonly<Record<Exclude<Stage, "check">, string>> = {
  unit: "test/**/*.test.ts",
  simulation: "test/**/*.simulation.ts",
  integration: "test/**/*.integration.ts",
  system: "test/**/*.system.ts",
  compose: "test/**/*.compose.ts",
  systemd: "test/**/*.systemd.ts",
};
const MINUTE = 60_000;
/** An engine and its containers write to memory only. */
const ENGINE_MEMORY_MB = 3000;

const words = process.argv.slice(2);
const filters = words.filter((word) => !(STAGES as readonly string[]).includes(word));
const named = STAGES.filter((stage) => words.includes(stage));
// Containers and units are asked for by name: they install an engine, and take ten minutes more.
const BY_NAME: readonly Stage[] = ["compose", "systemd"];
const wanted =
  named.length > 0
    ? named
    : STAGES.filter((stage) => !BY_NAME.includes(stage) && (filters.length === 0 || stage !== "check"));

function filesOf(stage: Exclude<Stage, "check">): string[] {
  const files = globSync(FILES[stage]).sort();
  return files.filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
}

async function runStage(stage: Stage): Promise<Outcome> {
  if (stage === "check") return check();
  const files = filesOf(stage);
  if (files.length === 0) return NOTHING;
  if (stage === "unit") return runOnHost(files, { limit: 10 * MINUTE, concurrency: undefined });
  // Walks take all cores by themselves.
  if (stage === "simulation") return runOnHost(files, { limit: 30 * MINUTE, concurrency: 1 });
  // Integration tests start daemons with ports of their own, and count what happens within a time: one file after the other.
  if (stage === "integration") return runOnHost(files, { limit: 30 * MINUTE, concurrency: 1 });
  if (stage === "compose") return runCompose(files);
  if (stage === "systemd") return runSystemd(files);
  return runSystem(files, 60 * MINUTE);
}

/** The images are built here, where the network is; the pair runs where the kernel can serve it. */
async function runCompose(files: readonly string[]): Promise<Outcome> {
  try {
    const obstacle = await prepareImages();
    if (obstacle !== undefined) return skipped(files, obstacle);
  } catch (error) {
    console.log(`  FAIL  images: ${error instanceof Error ? error.message : String(error)}`);
    return ONE_FAILURE;
  }
  return runSystem(files, 30 * MINUTE, ENGINE_MEMORY_MB);
}

/** Always in a guest: units are installed for its systemd, never for this machine's. */
async function runSystemd(files: readonly string[]): Promise<Outcome> {
  const { verdict } = await runStep(["lab/guest/prepare", "--check"]);
  if (verdict !== "passed") return skipped(files, "no guest kernel could be made here, see `npm test`'s set-up");
  console.log("  in a guest kernel under systemd");
  return runInGuest(files, 30 * MINUTE, ["-s"], withPackageInOpt);
}

function skipped(files: readonly string[], reason: string): Outcome {
  return { ...NOTHING, skipped: files.map((name) => ({ name, reason })) };
}

async function run(): Promise<Outcome> {
  if (filters.length > 0 && wanted.every((stage) => stage === "check" || filesOf(stage).length === 0)) {
    console.log(`no test file has ${filters.join(" or ")} in its path`);
    return ONE_FAILURE;
  }
  let interrupted = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => (interrupted = true));
  const outcomes: Outcome[] = [];
  if (wanted.some((stage) => stage !== "unit" && stage !== "simulation")) {
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
