import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkNative } from "../lab/native.ts";
import { apart } from "../lab/test-parts.ts";
import type { Answer, Bench } from "./bench.ts";

const WORKER = join(import.meta.dirname, "worker.ts");
const IN_GUEST = join(import.meta.dirname, "../lab/guest/in-guest");
const PREPARE = join(import.meta.dirname, "../lab/guest/prepare");
/** Seconds until a guest is ended, whatever it does. */
const GUEST_LIMIT = 3600;

interface Place {
  readonly argv: readonly string[];
  /** Ends what runs there, and everything that it has started. */
  readonly end: NodeJS.Signals;
  readonly emulated?: true;
}

/** Exit codes of a Node that crashed (SIGILL, SIGTRAP, SIGBUS, SIGSEGV), as a software-emulated one does now and then. */
const CRASHES = [132, 133, 135, 139];

/** Runs one bench where it can run, and leaves nothing of it behind, also when `signal` ends it. A bench that breaks is an answer, not an exception. */
export async function perform(bench: Bench, signal: AbortSignal): Promise<Answer> {
  const place = placeFor(bench);
  if (typeof place === "string") return { skipped: place };
  const folder = await mkdtemp(join(tmpdir(), "bgp-lb-bench-"));
  try {
    return await ask(place, folder, signal);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Or why there is none. */
function placeFor({ name, needs }: Bench): Place | string {
  const argv = [process.execPath, WORKER, name];
  if (needs === "nothing") return { argv, end: "SIGTERM" };
  if (needs === "network" || checkNative().native) {
    if (process.getuid?.() !== 0) return "needs root, for a network and processes of its own";
    return { argv: apart(argv), end: "SIGKILL" };
  }
  if (spawnSync(PREPARE, ["--check"]).status !== 0)
    return "this machine's kernel lacks dummy links or IPVS, and no guest kernel is prepared";
  // in-guest has a directory and a guest to tidy up; everything else ends with its namespaces.
  return {
    argv: [IN_GUEST, "-t", String(GUEST_LIMIT), "-e", "BGP_LB_SLOW=10", "--", ...argv],
    end: "SIGTERM",
    emulated: true,
  };
}

async function ask(place: Place, folder: string, signal: AbortSignal): Promise<Answer> {
  let { output, ended } = await runToEnd(place, folder, signal);
  if (place.emulated === true && CRASHES.includes(Number(ended))) {
    console.error("bench: Node crashed under emulation; once more");
    ({ output, ended } = await runToEnd(place, folder, signal));
  }
  return parse(output) ?? { broken: `it ended without an answer (${ended})` };
}

interface End {
  readonly output: string;
  /** The exit code, or what ended it. */
  readonly ended: number | string;
}

async function runToEnd({ argv, end }: Place, folder: string, signal: AbortSignal): Promise<End> {
  const [program = "", ...args] = argv;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, TMPDIR: folder } });
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => {
    output += bytes.toString();
  });
  const stop = () => child.kill(end);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    return await new Promise((resolve) => {
      child.on("error", (error) => resolve({ output, ended: error.message }));
      child.on("close", (code, by) => resolve({ output, ended: code ?? by ?? "unknown" }));
    });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** The last line is the answer. */
function parse(output: string): Answer | undefined {
  try {
    return JSON.parse(output.trim().split("\n").at(-1) ?? "") as Answer;
  } catch {
    return undefined;
  }
}
