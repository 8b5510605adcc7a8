import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./until.ts";

/** Under emulation the built program, for it starts in a third of the time. */
export const MAIN = new URL(
  process.env["IN_GUEST"] === "1" ? "../../dist/main.js" : "../../src/main.ts",
  import.meta.url,
).pathname;

/** The real program with `run`, on a config of the test's own; without network setup unless a flag says so, so that it needs no privileges. */
export class ControllerProcess {
  readonly folder: string;
  /** Where a program that stands here is found before the system's. */
  readonly bin: string;
  /** Its log, one `level message` for each line, as far as it has been written. */
  readonly lines: string[] = [];
  #process: ChildProcess | undefined;

  private constructor(folder: string) {
    this.folder = folder;
    this.bin = join(folder, "bin");
  }

  static async place(config: unknown): Promise<ControllerProcess> {
    const folder = await mkdtemp(join(tmpdir(), "bgp-lb-test-"));
    await writeFile(join(folder, "config.json"), JSON.stringify(config));
    return new ControllerProcess(folder);
  }

  /** Makes the program find the system's tool slow: it starts to work only after `seconds`. */
  async slow(tool: string, seconds: number): Promise<void> {
    const real = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"]
      .map((folder) => join(folder, tool))
      .find((file) => existsSync(file));
    await mkdir(this.bin, { recursive: true });
    await writeFile(join(this.bin, tool), `#!/bin/sh\nsleep ${seconds}\nexec ${real} "$@"\n`, { mode: 0o755 });
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
    const env = { ...process.env, PATH: `${this.bin}:${process.env["PATH"]}` };
    const child = spawn(
      process.execPath,
      [...argv, "-metrics-address=off", "-guard-socket=off", "-log-format=json", ...flags],
      { env },
    );
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
