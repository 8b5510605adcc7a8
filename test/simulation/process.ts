import type { Clock } from "../../src/core/ports.ts";
import type { Time } from "./time.ts";

/** A process of the host: what it waits for comes when it can run, late after a stall, never after its death. */
export class Process {
  readonly name: string;
  readonly time: Time;
  readonly born: number;
  #alive = true;
  #upSince: number;
  readonly #ends = new Set<() => void>();

  constructor(name: string, time: Time) {
    this.name = name;
    this.time = time;
    this.born = time.now;
    this.#upSince = time.now;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** It is there and runs. */
  get runs(): boolean {
    return this.#alive && this.time.now >= this.#upSince;
  }

  /** When it was born, or when its last stall ended, or ends. */
  get upSince(): number {
    return this.#upSince;
  }

  /** SIGKILL, or its own end. */
  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const end of [...this.#ends]) end();
    this.#ends.clear();
  }

  /** SIGSTOP for so long, or a loop that hangs. */
  stall(ms: number): void {
    this.#upSince = Math.max(this.#upSince, this.time.now + ms);
  }

  /** To be told when it dies; the answer takes it back. */
  onEnd(end: () => void): () => void {
    this.#ends.add(end);
    return () => void this.#ends.delete(end);
  }

  /** Runs `run` in this process, `ms` from now at the earliest; the answer takes it back. */
  after(ms: number, run: () => void): () => void {
    let cancel = this.time.after(ms, () => {
      if (!this.#alive) return;
      if (this.runs) run();
      else cancel = this.after(this.#upSince - this.time.now, run);
    });
    return () => cancel();
  }

  /** Resolves in this process after `ms`: an answer from outside. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  readonly clock: Clock = {
    now: () => this.time.now,
    sleep: (ms, signal) => {
      if (signal?.aborted === true) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = () => {
          cancel();
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const cancel = this.after(ms, wake);
        signal?.addEventListener("abort", wake, { once: true });
      });
    },
  };
}
