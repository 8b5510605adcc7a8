import type { Command, Output, RunOptions } from "../../src/dataplane/command.ts";
import { CommandError } from "../../src/dataplane/command-error.ts";

export interface Call {
  readonly argv: readonly string[];
  readonly stdin: string;
}

export type Answer = (call: Call) => Partial<Output>;

/** Stands in for the operating system: answers as told, remembers what was asked, and refuses a program that it was not told about. */
export class FakeCommand implements Command {
  readonly calls: Call[] = [];
  readonly files = new Map<string, string | (() => string)>();
  /** Files that cannot be written, and why. */
  readonly refused = new Map<string, string>();
  readonly written: string[] = [];
  readonly #answers: Readonly<Record<string, Answer>>;

  constructor(answers: Readonly<Record<string, Answer>> = {}) {
    this.#answers = answers;
  }

  run(argv: readonly string[], options: RunOptions = {}): Promise<Output> {
    const call = { argv, stdin: options.stdin ?? "" };
    this.calls.push(call);
    const answer = this.#answers[argv.slice(0, 2).join(" ")] ?? this.#answers[argv[0] ?? ""];
    if (answer === undefined) return Promise.reject(new Error(`the fake has no ${argv.join(" ")}`));
    try {
      return Promise.resolve({ code: 0, stdout: "", stderr: "", ...answer(call) });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  read(path: string): Promise<string | undefined> {
    const file = this.files.get(path);
    return Promise.resolve(typeof file === "function" ? file() : file);
  }

  write(path: string, text: string): Promise<void> {
    const refusal = this.refused.get(path);
    if (refusal !== undefined) return Promise.reject(new CommandError(["write", path], refusal));
    this.written.push(path);
    this.files.set(path, text);
    return Promise.resolve();
  }
}
