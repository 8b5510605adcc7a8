import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { constants as os } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Goes with node_modules, so that a fresh clone or a removed node_modules begins anew. */
export const CACHE = join(ROOT, "node_modules/.cache/bgp-lb");

/** The set-up cannot go on; the message says why and what to do, and is printed without a stack. */
export class SetupError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Progress goes to stderr: stdout belongs to the command that follows. */
export function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

export function findProgram(name) {
  for (const folder of (process.env.PATH ?? "").split(":")) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return undefined;
}

/** Runs a short command to its end: exit status, output. */
export function ask(program, args) {
  const result = spawnSync(program, args, { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
  return { ok: result.status === 0, stdout: result.stdout ?? "", stderr: result.stderr ?? result.error?.message ?? "" };
}

/**
 * Runs a long command. Of its output only the lines that `progress` picks are shown, indented; all of it when it fails.
 * Resolves to whether it went well; the output is not needed twice, so `quiet` keeps a failure's output back too.
 */
export function runLong(program, args, { progress, env = {}, quiet = false }) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
    const seen = [];
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", (line) => {
        seen.push(line);
        if (progress.test(line)) process.stderr.write(`    ${line}\n`);
      });
    child.on("error", (error) => seen.push(error.message));
    child.on("close", (code) => {
      if (code !== 0 && !quiet)
        process.stderr.write(
          seen
            .filter((line) => !progress.test(line))
            .join("\n")
            .concat("\n"),
        );
      resolve(code === 0);
    });
  });
}

/** Runs the command that all of this was for: same terminal, signals passed on, exit status taken over. */
export function become(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit" });
    // Ctrl-C reaches the child by the terminal as well; then it has it twice, which would end it at once. So INT is only outlived.
    const fromTerminal = process.stdin.isTTY === true;
    process.on("SIGINT", () => fromTerminal || child.kill("SIGINT"));
    for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      process.exitCode = code ?? 128 + os.signals[signal];
      resolve();
    });
  });
}
