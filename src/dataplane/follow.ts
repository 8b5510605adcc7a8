import { spawn } from "node:child_process";
import { messageOf } from "../core/errors.ts";
import { toolEnvironment } from "./command.ts";
import { failure, oneLine } from "./command-error.ts";

/** Runs a program that goes on for ever and hands over what it prints, until `signal` ends it. Answers, in one line, why it ended; never throws. */
export type Follow = (
  argv: readonly [string, ...string[]],
  onText: (text: string) => void,
  signal: AbortSignal,
) => Promise<string>;

/** Characters of its errors that are kept. */
const MAX_SAID = 1_000;

/** The real one. The program is gone when this has answered. */
export const follow: Follow = (argv, onText, signal) => {
  const [file, ...args] = argv;
  return new Promise((resolve) => {
    if (signal.aborted) return resolve("not started");
    const child = spawn(file, args, { env: toolEnvironment(), stdio: ["ignore", "pipe", "pipe"] });
    const end = () => child.kill("SIGKILL");
    signal.addEventListener("abort", end, { once: true });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", onText);
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (said.length < MAX_SAID) said += text;
    });
    const done = (why: string, code?: number) => {
      signal.removeEventListener("abort", end);
      resolve(failure(argv, why, code));
    };
    child.once("error", (error) => {
      const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
      done(missing ? "is not installed" : messageOf(error));
    });
    child.once("close", (code, by) =>
      done(oneLine(said) || (by === null ? "ended" : `was ended by ${by}`), code ?? undefined),
    );
  });
};
