import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { NOTHING, ONE_FAILURE, type Outcome, sum } from "./outcome.ts";

const NAMESPACES = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
const SIGNALS = ["SIGTERM", "SIGHUP", "SIGINT"] as const;

/** A command that runs tests and leaves its sum in the file that BGP_LB_TOTALS names. */
export interface Part {
  readonly name: string;
  readonly argv: readonly string[];
  /** Milliseconds until it is killed. */
  readonly limit: number;
  /** Its lines come as they are said, each behind its name; else its output comes whole, when it has ended. */
  readonly live?: boolean;
}

/**
 * The command in namespaces of its own, which end with it and with all of its processes: its processes and ports are out of reach of
 * others'. All its network is lo; `prepare` is for the shell, before.
 */
export function apart(argv: readonly string[], prepare = ":"): readonly string[] {
  return [...NAMESPACES, "sh", "-c", `${prepare}; ip link set lo up; exec "$@"`, "sh", ...argv];
}

/**
 * Runs the parts in their order, that many at a time.
 * A part that leaves no sum is one failure.
 */
export async function runParts(parts: readonly Part[], lanes: number): Promise<Outcome> {
  mkdirSync("node_modules/.cache/bgp-lb", { recursive: true });
  const folder = resolve(mkdtempSync("node_modules/.cache/bgp-lb/parts-"));
  const stop = new AbortController();
  const end = () => stop.abort();
  for (const signal of SIGNALS) process.once(signal, end);
  const outcomes: Outcome[] = [];
  const queue = [...parts];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined && !stop.signal.aborted; next = queue.shift()) {
      const totals = join(folder, `${next.name.replaceAll("/", "-")}.json`);
      const ended = await runOne(next, totals, stop.signal);
      outcomes.push(readTotals(totals) ?? died(next.name, ended));
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, work));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    for (const signal of SIGNALS) process.off(signal, end);
  }
  return sum([NOTHING, ...outcomes]);
}

function readTotals(path: string): Outcome | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Outcome;
  } catch {
    return undefined;
  }
}

function died(name: string, ended: string): Outcome {
  console.log(`  FAIL  ${name}: ended without a sum (${ended})`);
  return ONE_FAILURE;
}

function runOne({ name, argv, limit, live }: Part, totals: string, signal: AbortSignal): Promise<string> {
  const [program = "", ...args] = argv;
  return new Promise((done) => {
    const env = { ...process.env, BGP_LB_TOTALS: totals };
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env, timeout: limit });
    const chunks: Buffer[] = [];
    const pass = () => child.kill();
    signal.addEventListener("abort", pass, { once: true });
    for (const input of [child.stdout, child.stderr]) {
      if (live === true) createInterface({ input }).on("line", (line) => console.log(`${name.padEnd(12)}${line}`));
      else input.on("data", (chunk: Buffer) => chunks.push(chunk));
    }
    child.on("error", (error) => done(error.message));
    child.on("close", (code, killedBy) => {
      signal.removeEventListener("abort", pass);
      process.stdout.write(Buffer.concat(chunks));
      done(killedBy === null ? `exit code ${code}` : `killed by ${killedBy}`);
    });
  });
}
