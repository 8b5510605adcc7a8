import { execFile } from "node:child_process";
import type { StepResult } from "./outcome.ts";

interface Report {
  readonly metadata?: { readonly vulnerabilities?: { readonly total: number } };
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
}

/** Asks the registry for known vulnerabilities. Many mirrors and every machine without network cannot answer: that is no "clean". */
export function audit(): Promise<StepResult> {
  const args = ["audit", "--json", "--fetch-retries=0", "--fetch-timeout=20000"];
  return new Promise((resolve) => {
    execFile("npm", args, { maxBuffer: 64 * 1024 * 1024 }, (_error, stdout) => resolve(judge(stdout)));
  });
}

function judge(stdout: string): StepResult {
  const report = parse(stdout);
  const total = report?.metadata?.vulnerabilities?.total;
  if (total === undefined)
    return { verdict: "neither", output: "not available: the npm registry does not answer audits" };
  if (total === 0) return { verdict: "passed", output: "" };
  const found = Object.entries(report?.vulnerabilities ?? {});
  const lines = found.map(([name, { severity, range }]) => `${name} ${range}: ${severity}`);
  return { verdict: "failed", output: [...lines, "see `npm audit`"].join("\n") };
}

function parse(text: string): Report | undefined {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return undefined;
  }
}
