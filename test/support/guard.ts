import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { execa } from "execa";
import { MAIN } from "./controller.ts";
import { until } from "./until.ts";

/** The real guard, as a process of its own. */
export class GuardProcess {
  readonly socket: string;
  readonly lines: string[] = [];
  readonly #state: string;
  #process: ChildProcess | undefined;

  constructor(folder: string) {
    this.socket = join(folder, "guard.sock");
    this.#state = join(folder, "guard");
  }

  async start(): Promise<void> {
    const argv = [MAIN, "guard", "-guard-socket", this.socket, "-state-dir", this.#state, "-log-format=json"];
    const child = spawn(process.execPath, argv);
    this.#process = child;
    let rest = "";
    child.stderr.on("data", (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split("\n");
      rest = parts.pop() ?? "";
      this.lines.push(...parts);
    });
    const from = this.lines.length;
    await this.says(/guard listens/, from);
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  async says(pattern: RegExp, from = 0): Promise<void> {
    await until(`the guard says ${pattern}`, () => this.lines.slice(from).some((line) => pattern.test(line)), {
      found: () => this.lines,
    });
  }

  /** What `bgp-lb health -guard` says of it. */
  async health(): Promise<{ readonly code: number | undefined; readonly line: string }> {
    const argv = [MAIN, "health", "-guard", "-guard-socket", this.socket];
    const { exitCode, stdout } = await execa(process.execPath, argv, { reject: false });
    return { code: exitCode, line: stdout };
  }

  async end(signal: NodeJS.Signals = "SIGKILL"): Promise<number | null> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return null;
    const exit = once(child, "exit");
    child.kill("SIGCONT");
    child.kill(signal);
    const [code] = await exit;
    return code as number | null;
  }
}
