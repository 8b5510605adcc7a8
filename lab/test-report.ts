import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { TestEvent } from "node:test/reporters";
import { inspect } from "node:util";
import type { Outcome, Skip } from "./outcome.ts";

/** A test of a file that takes minutes gets a line of its own, so that somebody who waits sees where it is. */
const LONG_MS = 10_000;
/** Signals by which no program in JavaScript ends: Node itself is at fault, or what emulates its machine. */
const CRASHES = ["SIGSEGV", "SIGBUS", "SIGILL"];

/**
 * Reporter of `node --test`: a line per file, failures in full where they happen, and the sums as JSON in the file that
 * BGP_LB_TOTALS names, for the test runner. No file at the end means that the run died.
 */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let passed = 0;
  let failed = 0;
  const skipped: Skip[] = [];
  const crashed: string[] = [];
  const passedIn = new Map<string | undefined, number>();
  for await (const { type, data } of events) {
    if (type === "test:stdout" || type === "test:stderr") yield data.message;
    if (type === "test:diagnostic" && /generated asynchronous activity/.test(data.message)) yield `  ${data.message}\n`;
    if (type === "test:pass" && data.details.type !== "suite") {
      const reason = data.skip ?? data.todo;
      if (isFile(data)) {
        failed++;
        yield `  FAIL  ${data.name}: holds no test\n`;
      } else if (reason === undefined || reason === false) {
        passed++;
        passedIn.set(data.file, (passedIn.get(data.file) ?? 0) + 1);
        if (data.details.duration_ms >= LONG_MS) yield `        ${data.name}: ${seconds(data.details.duration_ms)}\n`;
      } else skipped.push({ name: place(data), reason: String(reason) });
    }
    if (type === "test:fail" && !onlyOfSubtests(data)) {
      if (data.todo === undefined) {
        failed++;
        if (isFile(data) && CRASHES.includes(errorOf(data).signal ?? "")) {
          crashed.push(data.name);
          passed -= passedIn.get(data.file) ?? 0;
        }
        yield failure(data);
      } else skipped.push({ name: place(data), reason: `todo ${data.todo}` });
    }
    if (type === "test:summary" && data.file !== undefined) {
      const { counts } = data;
      const mark = data.success ? "ok  " : "FAIL";
      yield `  ${mark}  ${relative(process.cwd(), data.file)}  ${counts.passed} of ${counts.tests}, ${seconds(data.duration_ms)}\n`;
    }
    if (type === "test:summary" && data.file === undefined) {
      if (!data.success && failed === 0) failed = 1; // e.g. an error after the end of the last test
      const totals: Outcome = { passed, failed, skipped, crashed };
      if (process.env["BGP_LB_TOTALS"]) writeFileSync(process.env["BGP_LB_TOTALS"], JSON.stringify(totals));
    }
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

interface Located {
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
}

/** The runner reports a file as a test where the file has none, or where its process failed apart from its tests. */
function isFile({ name, file }: Located): boolean {
  return file !== undefined && name === relative(process.cwd(), file);
}

function place(data: Located): string {
  return isFile(data) ? data.name : `${relative(process.cwd(), data.file ?? "")}:${data.line}  ${data.name}`;
}

/** A suite or file whose only fault is that tests in it failed: those were counted. */
function onlyOfSubtests(data: { details: { error: Error } }): boolean {
  return (data.details.error as Error & { failureType?: string }).failureType === "subtestsFailed";
}

type Failed = Located & { readonly details: { readonly error: Error } };

function errorOf({ details }: Failed): Error & { exitCode?: number | null; signal?: string | null } {
  return details.error;
}

function failure(data: Failed): string {
  const error = errorOf(data);
  if (isFile(data) && error.exitCode !== undefined)
    return `  FAIL  ${data.name}: its process ended with ${error.signal ?? `exit code ${error.exitCode}`}\n`;
  const cause = error.cause ?? error;
  const text = cause instanceof Error ? inspect(cause, { depth: 6 }) : String(cause);
  // The runner's own frames say nothing about the test.
  const lines = text.split("\n").filter((line) => !/^\s+at .*node:internal/.test(line));
  return `  FAIL  ${place(data)}\n${lines.map((line) => `        ${line}\n`).join("")}`;
}
