import { execFile } from "node:child_process";

/** The tools live in sbin, which an ordinary shell's PATH may leave out. LC_ALL=C: their words are parsed here. */
export const ENVIRONMENT: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`,
  LC_ALL: "C",
};

/** Runs one command to its end and answers its stdout. Throws an Error that names the command, its exit code and what it said. */
export function run(argv: readonly string[], input = ""): Promise<string> {
  const [file = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = execFile(file, args, { env: ENVIRONMENT, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else
        reject(
          new Error(`${argv.join(" ")}: ${stderr.trim() || error.message} (exit ${error.code ?? error.signal ?? "?"})`),
        );
    });
    // A command that ends before it has read everything is told by its exit code, not by EPIPE.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}
