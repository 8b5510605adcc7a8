import type { ChildProcess } from "node:child_process";
import { createWriteStream, type WriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Namespace } from "./namespace.ts";
import { SLOW } from "./patience.ts";

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProgramOptions {
  readonly name: string;
  readonly namespace: Namespace;
  readonly argv: readonly string[];
  /** All output goes here, over all restarts. */
  readonly log: string;
  /** As systemd's Restart=always with RestartSec=1: what ends without being told to is started again, empty. */
  readonly supervised?: boolean;
  readonly onLine?: (line: string) => void;
}

/** A long-running program inside a namespace, that the lab may start, signal, kill and start again. */
export class Program {
  readonly name: string;
  readonly log: string;
  readonly #options: ProgramOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<Exit> = Promise.resolve({ code: 0, signal: null });
  #wanted = false;
  #frozen = false;
  #starts = 0;
  #sink: WriteStream | undefined;

  constructor(options: ProgramOptions) {
    this.name = options.name;
    this.log = options.log;
    this.#options = options;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How often it was started, by the lab or by its supervisor. */
  get starts(): number {
    return this.#starts;
  }

  start(): void {
    if (this.#child !== undefined) throw new Error(`${this.name} runs already`);
    this.#wanted = true;
    this.#starts += 1;
    const { namespace, argv, onLine } = this.#options;
    const child = namespace.spawn(argv, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    this.#sink ??= createWriteStream(this.log, { flags: "a" });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (line) => {
        this.#sink?.write(`${line}\n`);
        onLine?.(line);
      });
    }
    this.#ended = new Promise((resolve) => {
      child.once("error", (error) => {
        this.#sink?.write(`${error.message}\n`);
        resolve({ code: 127, signal: null });
      });
      child.once("exit", (code, signal) => resolve({ code, signal }));
    });
    void this.#ended.then(async () => {
      this.#child = undefined;
      this.#frozen = false;
      if (!this.#wanted || this.#options.supervised !== true) return;
      await sleep(1000, undefined, { ref: false });
      if (this.#wanted && this.#child === undefined) this.start();
    });
  }

  /** Stops it for good: no supervisor brings it back. Answers how it ended. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Exit> {
    this.#wanted = false;
    return this.kill(signal);
  }

  /** As a fault from outside: what is supervised comes back. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<Exit> {
    this.#child?.kill(signal);
    if (this.#frozen) this.thaw();
    return this.#ended;
  }

  /** The process stands still: its sockets stay open, nothing answers. */
  freeze(): void {
    this.#frozen = this.#child?.kill("SIGSTOP") ?? false;
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
    this.#frozen = false;
  }

  /** The end of the run: politely, then not. Never throws. */
  async dispose(): Promise<void> {
    const patience = sleep(5000 * SLOW, "late" as const, { ref: false });
    if ((await Promise.race([this.stop("SIGTERM"), patience])) === "late") await this.stop("SIGKILL");
    this.#sink?.end();
  }
}
