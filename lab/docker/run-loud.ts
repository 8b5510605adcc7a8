import { spawn } from "node:child_process";

/** Runs a long command; its output is shown only where it fails, and then whole. Throws an Error that names the command. */
export function runLoud(argv: readonly string[], env: NodeJS.ProcessEnv, cwd?: string): Promise<void> {
  const [program = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) return resolve();
      process.stderr.write(Buffer.concat(chunks));
      reject(new Error(`${argv.slice(0, 3).join(" ")} ...: ended with ${signal ?? `exit code ${code}`}; see above`));
    });
  });
}
