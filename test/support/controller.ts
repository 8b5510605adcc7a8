import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./until.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

/** The real program with `run`, on a config of the test's own; without network setup, so that it needs no privileges. */
export class ControllerProcess {
  readonly folder: string;
  /** Its log, one `level message` for each line, as far as it has been written. */
  readonly lines: string[] = [];
  #process: ChildProcess | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async place(config: unknown): Promise<ControllerProcess> {
    const folder = await mkdtemp(join(tmpdir(), "bgp-lb-test-"));
    await writeFile(join(folder, "config.json"), JSON.stringify(config));
    return new ControllerProcess(folder);
  }

  start(...flags: readonly string[]): void {
    const argv = [
      MAIN,
      "-config",
      join(this.folder, "config.json"),
      "-network-setup=false",
      "-state-dir",
      join(this.folder, "state"),
    ];
    const child = spawn(process.execPath, [...argv, "-metrics-address=off", "-log-format=json", ...flags]);
    this.#process = child;
    let rest = "";
    child.stderr.on("data", (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split("\n");
      rest = parts.pop() ?? "";
      this.lines.push(...parts.map(told));
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  /** Resolves when the log has a line that matches, counted from line `from` on. */
  async says(pattern: RegExp, from = 0): Promise<string> {
    return until(`a log line like ${pattern}`, () => this.lines.slice(from).find((line) => pattern.test(line)), {
      found: () => this.lines,
    });
  }

  /** Resolves with the exit code, or the signal that ended it. */
  async ended(): Promise<number | string | null> {
    const child = this.#process;
    if (child === undefined) return null;
    if (child.exitCode === null && child.signalCode === null) await once(child, "close");
    return child.exitCode ?? child.signalCode;
  }

  async remove(): Promise<void> {
    this.signal("SIGCONT");
    this.signal("SIGKILL");
    await this.ended();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function told(line: string): string {
  try {
    const { level, msg } = JSON.parse(line) as { readonly level: string; readonly msg: string };
    return `${level} ${msg}`;
  } catch {
    return line;
  }
}
