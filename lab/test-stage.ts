import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { checkNative } from "./native.ts";
import { ONE_FAILURE, type Outcome, sum } from "./outcome.ts";
import { apart, runParts } from "./test-parts.ts";

/** What a test and its file may take, before the guest's factor. */
const TEST_TIMEOUT_MS = 300_000;
/** Software emulation is an order of magnitude slower; tests multiply their time limits by it. */
const GUEST_SLOW = 10;

/** Integration tests wait more than they compute, but each has its daemons, and counts what these do within a time. */
const WORKERS = 2;

/** What installs from a package registry has to see the network. */
const NEEDS_NETWORK: readonly string[] = ["test/package.integration.ts"];

interface HostOptions {
  /** Milliseconds until the stage is killed. */
  readonly limit: number;
  /** Files at once; undefined: as many as Node thinks right. */
  readonly concurrency: number | undefined;
}

export function runOnHost(files: readonly string[], { limit, concurrency }: HostOptions): Promise<Outcome> {
  return withTotals((totals) =>
    runToEnd(nodeTest(files, concurrency, TEST_TIMEOUT_MS), { BGP_LB_TOTALS: join(totals, "totals.json") }, limit),
  );
}

/** As root each file gets namespaces of its own, and several run at once; else one runs after the other, for they share ports. */
export function runIntegration(files: readonly string[], limit: number): Promise<Outcome> {
  if (process.getuid?.() !== 0) return runOnHost(files, { limit, concurrency: 1 });
  const parts = files
    .map((name) => ({ name, argv: nodeTest([name], 1, TEST_TIMEOUT_MS), limit }))
    .map((part) => (NEEDS_NETWORK.includes(part.name) ? part : { ...part, argv: apart(part.argv) }));
  return runParts(parts, WORKERS);
}

/**
 * System tests change links, addresses and IPVS: never those of this machine. Natively they get namespaces that end with them,
 * and all of their processes too; else they run in one guest.
 */
export function runSystem(files: readonly string[], limit: number, memory?: number): Promise<Outcome> {
  const native = checkNative();
  if (!native.native) {
    console.log(`  in a guest kernel: this machine's own cannot do it (${native.reason})`);
    return runInGuest(files, limit, memory === undefined ? [] : ["-m", String(memory)]);
  }
  console.log("  in network namespaces of this machine's kernel");
  const prepare = "mkdir -p /run/netns; mount -t tmpfs tmpfs /run/netns";
  return withTotals((totals) =>
    runToEnd(
      apart(nodeTest(files, 1, TEST_TIMEOUT_MS), prepare),
      { BGP_LB_TOTALS: join(totals, "totals.json") },
      limit,
    ),
  );
}

/** Runs the files in one guest; `wrap` puts around the guest's command line what has to be there before it boots. */
export async function runInGuest(
  files: readonly string[],
  limit: number,
  options: readonly string[],
  wrap: (argv: readonly string[]) => readonly string[] = (argv) => argv,
): Promise<Outcome> {
  const first = await inGuest(files, limit, options, wrap);
  const { crashed = [] } = first;
  if (crashed.length === 0) return first;
  console.log(`  ${crashed.join(", ")}: Node crashed under emulation; once more`);
  const again = await inGuest(crashed, limit, options, wrap);
  return sum([{ ...first, failed: first.failed - crashed.length }, again]);
}

function inGuest(
  files: readonly string[],
  limit: number,
  options: readonly string[],
  wrap: (argv: readonly string[]) => readonly string[],
): Promise<Outcome> {
  return withTotals((totals) => {
    const guest = ["lab/guest/in-guest", "-t", String(limit / 1000), "-c", String(Math.min(4, availableParallelism()))];
    const share = ["-w", totals, "-e", `BGP_LB_TOTALS=${join(totals, "totals.json")}`];
    const environment = ["-e", `BGP_LB_SLOW=${GUEST_SLOW}`, "-e", "CI"];
    const test = nodeTest(files, 1, TEST_TIMEOUT_MS * GUEST_SLOW);
    return runToEnd(wrap([...guest, ...options, ...share, ...environment, "--", ...test]), {}, limit + 60_000);
  });
}

function nodeTest(files: readonly string[], concurrency: number | undefined, timeout: number): string[] {
  const options = ["--test", `--test-reporter=${resolve("lab/test-report.ts")}`, `--test-timeout=${timeout}`];
  if (concurrency !== undefined) options.push(`--test-concurrency=${concurrency}`);
  return [process.execPath, ...options, ...files];
}

/** Gives `run` a directory of this project for the sums of its tests, and reads them. A run that leaves none died: one failure. */
async function withTotals(run: (folder: string) => Promise<string>): Promise<Outcome> {
  mkdirSync("node_modules/.cache/bgp-lb", { recursive: true });
  const folder = resolve(mkdtempSync("node_modules/.cache/bgp-lb/test-"));
  try {
    const end = await run(folder);
    try {
      return JSON.parse(readFileSync(join(folder, "totals.json"), "utf8")) as Outcome;
    } catch {
      console.log(`  FAIL  the tests ended without a sum (${end})`);
      return ONE_FAILURE;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a command with this terminal and answers how it ended. */
function runToEnd(argv: readonly string[], environment: NodeJS.ProcessEnv, limit: number): Promise<string> {
  const [program = "", ...args] = argv;
  return new Promise((done) => {
    const env = { ...process.env, ...environment };
    const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"], env, timeout: limit });
    const pass = (signal: NodeJS.Signals) => child.kill(signal);
    for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) process.once(signal, pass);
    child.on("error", (error) => done(error.message));
    child.on("exit", (code, signal) => {
      for (const name of ["SIGTERM", "SIGHUP", "SIGINT"] as const) process.off(name, pass);
      done(signal === null ? `exit code ${code}` : `killed by ${signal}`);
    });
  });
}
