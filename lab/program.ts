import type { ChildProcess } from "node:child_process";
import { appendFileSync, closeSync, openSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Namespace } from "./namespace.ts";

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
  /** Disposing of it has begun: nothing starts it any more. */
  #closed = false;
  #disposed = false;

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

  /** Why it does not run though it should: its last words. Undefined where all is well, or a supervisor sees to it. */
  get fault(): string | undefined {
    if (!this.#wanted || this.running || this.#options.supervised === true) return undefined;
    return `${this.name} has ended by itself (${this.#options.argv.join(" ")}):\n${this.lastWords(5)}`;
  }

  /** Everything that it has written, over all its starts. */
  output(): string {
    return readFileSync(this.log, "utf8");
  }

  /** The end of its log. */
  lastWords(lines: number): string {
    return this.output().trim().split("\n").slice(-lines).join("\n");
  }

  /** How often it was started, by the lab or by its supervisor. */
  get starts(): number {
    return this.#starts;
  }

  start(): void {
    if (this.#closed) return;
    if (this.#child !== undefined) throw new Error(`${this.name} runs already`);
    this.#wanted = true;
    this.#starts += 1;
    const { namespace, argv, onLine } = this.#options;
    // Who is listened to is piped; others write to their log by themselves.
    const file = openSync(this.log, "a");
    const sink = onLine === undefined ? file : "pipe";
    const child = namespace.spawn(argv, { stdio: ["ignore", sink, sink] });
    closeSync(file);
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (line) => {
        if (this.#disposed) return;
        appendFileSync(this.log, `${line}\n`);
        onLine?.(line);
      });
    }
    this.#ended = new Promise((resolve) => {
      child.once("error", (error) => {
        appendFileSync(this.log, `${error.message}\n`);
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

  /** The end of the run, at once: what it would tidy up goes with its namespace. Never throws. */
  async dispose(): Promise<void> {
    this.#closed = true;
    await this.stop("SIGKILL");
    this.#disposed = true;
  }
}
