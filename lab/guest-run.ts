import { spawn } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

export interface GuestOptions {
  /** Gives the command this terminal, to type into. Without it the command has no stdin. */
  readonly interactive: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds until the guest is ended, whatever it does. */
  readonly limit: number;
}

/** Runs a command in the guest kernel with this terminal, and answers its exit code. Ctrl-C ends the guest, and everything in it with it. */
export function runInGuest(argv: readonly string[], options: GuestOptions): Promise<number> {
  const inGuest = fileURLToPath(new URL("guest/in-guest", import.meta.url));
  const variables = Object.entries({ BGP_LB_SLOW: "10", ...options.environment }).flatMap(([name, value]) => [
    "-e",
    `${name}=${value}`,
  ]);
  const flags = [...(options.interactive ? ["-i"] : []), "-t", String(options.limit), ...variables];
  return new Promise((resolve, reject) => {
    const child = spawn(inGuest, [...flags, "--", ...argv], { stdio: "inherit" });
    // The terminal's Ctrl-C reaches the child by itself; other signals are passed on.
    const outlive = () => {};
    process.on("SIGINT", outlive);
    for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, () => child.kill(signal));
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      process.off("SIGINT", outlive);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
