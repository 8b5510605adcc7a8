import { readFile, writeFile } from "node:fs/promises";
import { execa } from "execa";
import { messageOf } from "../core/errors.ts";
import { CommandError, oneLine } from "./command-error.ts";

/** How a program that ran to its end answered. A code other than 0 is an answer, not an exception. */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Text for the program's standard input; it is closed after it. */
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds after which the program is killed. */
  readonly timeoutMs?: number;
}

/** The way out of this room to the operating system; three methods, so that tests can stand in for it. */
export interface Command {
  /** Runs `argv` without a shell. Throws CommandError where there is no exit code: not installed, killed, cancelled, too much output. */
  run(argv: readonly string[], options?: RunOptions): Promise<Output>;
  /** The text of a file under /proc, or undefined where it does not exist. Throws CommandError where it cannot be read. */
  read(path: string): Promise<string | undefined>;
  /** Writes a file under /proc that is there already. Throws CommandError where it cannot be written. */
  write(path: string, text: string): Promise<void>;
}

/** Milliseconds that one program may take before it is killed. */
const DEFAULT_TIMEOUT_MS = 5_000;

/** Milliseconds that each line of a batch adds to it; a slow emulated processor takes 4. */
const LINE_TIMEOUT_MS = 20;

/** Milliseconds that a batch of so many lines may take. */
export function batchTimeout(lines: number): number {
  return DEFAULT_TIMEOUT_MS + lines * LINE_TIMEOUT_MS;
}

/** Bytes of output that are taken; 10,000 bound addresses are about 2 MB of `ip -json`. */
const MAX_OUTPUT = 64 * 1024 * 1024;

/** Milliseconds that a killed program has to be gone; one that hangs in the kernel (on the rtnl lock) cannot be killed and is left behind. */
const KILL_GRACE_MS = 1_000;

/** Both tools are in sbin, which an ordinary user's or a unit's PATH may lack. */
const SBIN = "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin";

/** A fixed small environment: messages are matched, so they have to be in the C locale. */
export function toolEnvironment(): { readonly PATH: string; readonly LC_ALL: string } {
  return { PATH: `${process.env["PATH"] ?? ""}:${SBIN}`, LC_ALL: "C" };
}

export class SystemCommand implements Command {
  async run(argv: readonly string[], options: RunOptions = {}): Promise<Output> {
    // One that is quick would be done before it is killed.
    if (options.signal?.aborted === true) throw new CommandError(argv, "cancelled");
    const [file = "", ...args] = argv;
    const timeout = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const child = execa(file, args, {
      input: options.stdin ?? "",
      env: toolEnvironment(),
      extendEnv: false,
      reject: false,
      stripFinalNewline: false,
      timeout,
      killSignal: "SIGKILL",
      // By default execa listens for SIGTERM and ends this process by it while a program runs, in the midst of a withdrawal. The
      // controller leaves in order, and no program outlives its timeout or its signal.
      cleanup: false,
      maxBuffer: MAX_OUTPUT,
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    });
    const result = await orUndefinedAfter(timeout + KILL_GRACE_MS, child);
    if (result === undefined)
      throw new CommandError(argv, "does not end, not even when killed: it hangs in the kernel");
    if (result.exitCode !== undefined)
      return { code: result.exitCode, stdout: result.stdout ?? "", stderr: result.stderr ?? "" };
    if (result.isCanceled) throw new CommandError(argv, "cancelled");
    if (result.timedOut) throw new CommandError(argv, `gave no answer within ${timeout} ms and was killed`);
    if (result.isMaxBuffer) throw new CommandError(argv, `printed more than ${MAX_OUTPUT} bytes and was killed`);
    if (result.code === "ENOENT") throw new CommandError(argv, "is not installed");
    throw new CommandError(argv, oneLine(result.originalMessage ?? result.shortMessage ?? "failed"));
  }

  async read(path: string): Promise<string | undefined> {
    try {
      return await readFile(path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new CommandError(["read", path], messageOf(error));
    }
  }

  async write(path: string, text: string): Promise<void> {
    try {
      await writeFile(path, text, { flag: "r+" });
    } catch (error) {
      throw new CommandError(["write", path], messageOf(error));
    }
  }
}

function orUndefinedAfter<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const late = AbortSignal.timeout(ms);
  const given = new Promise<undefined>((resolve) => {
    late.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  return Promise.race([work, given]);
}
