import { type ChildProcess, spawn } from "node:child_process";
import { setImmediate as turn } from "node:timers/promises";
import * as z from "zod";
import { messageOf } from "../../core/errors.ts";
import type { HealthCheck, ProbeResult } from "../../core/ports.ts";
import { failing, PASSING } from "../result.ts";
import { timingFields } from "../timing.ts";

/** Bytes of output after which a command is ended: reading a flood would take the time of all other checks. */
const MAX_OUTPUT = 1024 * 1024;
/** Bytes of output that are kept, to find the last line in. */
const TAIL = 4096;

const text = z.string().refine((value) => !value.includes("\0"), { error: "a NUL byte cannot be passed to a program" });

export const schema = z.strictObject({
  kind: z
    .literal("exec")
    .describe(
      "Healthy when a command exits with 0; it is killed with all of its children when it takes longer than the timeout or writes more than 1 MiB.",
    ),
  ...timingFields,
  command: z
    .tuple([text.min(1)], text)
    .describe("Program and its arguments, each an entry of the list; no shell reads them."),
  env: z
    .record(z.string().regex(/^[^=\0]+$/), text)
    .default({})
    .describe("Environment variables to add to those of bgp-lb."),
});

export type ExecConfig = z.output<typeof schema>;

/** What the check probes, for its name: the command line. */
export function target(config: ExecConfig): string {
  return config.command.join(" ");
}

/** A check that runs a command in a process group of its own for each probe, and kills what is left of the group at its end. */
export function create(config: ExecConfig): HealthCheck {
  return { probe: (signal) => probe(config, signal) };
}

async function probe(config: ExecConfig, signal: AbortSignal): Promise<ProbeResult> {
  if (signal.aborted) return failing("ended before it began");
  const [program, ...args] = config.command;
  const output = new Tail();
  let flooded = false;
  let child: ChildProcess;
  try {
    // Detached makes it the leader of a new group, whose number is its process number.
    child = spawn(program, args, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...config.env },
    });
  } catch (error) {
    return failing(`${program} cannot be started: ${messageOf(error)}`);
  }
  const { promise: ended, resolve: end } = Promise.withResolvers<Ending>();
  const take = (chunk: Buffer) => {
    output.add(chunk);
    if (flooded || output.size <= MAX_OUTPUT) return;
    flooded = true;
    killGroup(child);
  };
  const abort = () => killGroup(child);
  child.stdout?.on("data", take);
  child.stderr?.on("data", take);
  child.once("error", (error) => end({ error }));
  // "exit" and not "close": a child left in the background holds the pipes open, and the verdict does not wait for it.
  child.once("exit", (code, killedBy) => {
    killGroup(child);
    end({ code, killedBy });
  });
  signal.addEventListener("abort", abort, { once: true });
  try {
    const ending = await ended;
    // What was written before the exit is in the pipes still; a few turns of the event loop bring all that a pipe can hold.
    for (let turns = 0; turns < 4; turns++) await turn();
    if (flooded) return failing(`${program} was killed: it wrote more than ${MAX_OUTPUT / 1024} KiB`);
    if (signal.aborted) return failing(withLine(`${program} was killed`, output));
    return verdict(program, ending, output);
  } finally {
    signal.removeEventListener("abort", abort);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

type Ending = { readonly error: Error } | { readonly code: number | null; readonly killedBy: NodeJS.Signals | null };

function verdict(program: string, ending: Ending, output: Tail): ProbeResult {
  if ("error" in ending) {
    const { code } = ending.error as NodeJS.ErrnoException;
    if (code === "ENOENT")
      return failing(`the program ${program} is missing (or its working directory or interpreter)`);
    if (code === "EACCES") return failing(`the program ${program} cannot be run by this user: permission denied`);
    return failing(`${program} cannot be started: ${ending.error.message}`);
  }
  if (ending.code === 0) return PASSING;
  return failing(withLine(ending.code === null ? `killed by ${ending.killedBy}` : `exit code ${ending.code}`, output));
}

function withLine(text: string, output: Tail): string {
  const line = output.lastLine();
  return line === "" ? text : `${text}: ${line}`;
}

/** Kills the child and all of its descendants that did not leave its group; nothing to do once they are gone. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    // ESRCH: the group is empty. EPERM: only a setuid program of another user is left in it.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}

/** The end of an output, in bounded memory. */
class Tail {
  size = 0;
  #kept = Buffer.alloc(0);

  add(chunk: Buffer): void {
    this.size += chunk.length;
    this.#kept = Buffer.concat([this.#kept, chunk.subarray(-TAIL)]).subarray(-TAIL);
  }

  /** The last line that is not blank; empty when there is none. */
  lastLine(): string {
    const lines = this.#kept.toString().split(/[\r\n]+/);
    return lines.findLast((line) => line.trim() !== "") ?? "";
  }
}
