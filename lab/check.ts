import { spawn } from "node:child_process";
import { audit } from "./check-audit.ts";
import { lastLine, type Outcome, type StepResult, sum } from "./outcome.ts";

interface Step {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
}

const STEPS: readonly Step[] = [
  { name: "types", argv: ["tsc", "-p", "tsconfig.json"] },
  // Format, lint and the rules of the rooms. Colour codes would only be noise in a log.
  { name: "lint", argv: ["biome", "ci", "--error-on-warnings", "--colors=off", "--max-diagnostics=200", "."] },
  { name: "promises", argv: ["oxlint", "--type-aware", "--deny-warnings"] },
  { name: "unused", argv: ["knip", "--no-progress"] },
];

/** Runs every step even when one fails, with a line each, and the whole output of what failed. */
export async function check(): Promise<Outcome> {
  const audited = audit(); // waits for the network, so it runs beside the others
  const outcomes: Outcome[] = [];
  for (const step of STEPS) outcomes.push(await report(step.name, runStep(step.argv)));
  outcomes.push(await report("audit", audited));
  return sum(outcomes);
}

export async function report(name: string, running: Promise<StepResult>): Promise<Outcome> {
  const start = performance.now();
  const { verdict, output } = await running;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const mark = { passed: "ok  ", failed: "FAIL", neither: "-   " }[verdict];
  console.log(`  ${mark}  ${name.padEnd(10)} ${seconds.padStart(5)} s${verdict === "neither" ? `  ${output}` : ""}`);
  if (verdict === "failed") console.log(output.trimEnd().replace(/^/gm, "      "));
  return { passed: verdict === "passed" ? 1 : 0, failed: verdict === "failed" ? 1 : 0, skipped: [] };
}

/** Runs a program to its end. It passes with exit status 0. */
export function runStep([program, ...args]: readonly [string, ...string[]]): Promise<StepResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error) => resolve({ verdict: "failed", output: error.message }));
    child.on("close", (code, signal) => {
      const output = Buffer.concat(chunks).toString();
      resolve(
        code === 0
          ? { verdict: "passed", output }
          : { verdict: "failed", output: output || `ended by ${signal ?? code}` },
      );
    });
  });
}

if (import.meta.main) {
  const outcome = await check();
  console.log(lastLine(outcome));
  process.exitCode = outcome.failed === 0 ? 0 : 1;
}
