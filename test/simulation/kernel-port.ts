import type { Random } from "../../lab/random.ts";
import { kernelAfter } from "../../src/core/model.ts";
import type { KernelOp, OpResult } from "../../src/core/op.ts";
import type { Connections, Kernel } from "../../src/core/ports.ts";
import type { VirtualServiceKey } from "../../src/core/service.ts";
import type { KernelState } from "../../src/core/state.ts";
import type { Follow } from "../../src/dataplane/follow.ts";
import type { ModelKernel, Outcome } from "./model-kernel.ts";
import type { Process } from "./process.ts";

/** How `ip` and `ipvsadm` are today. */
export interface Tools {
  /** fails: EPERM, or garbage; hangs: no answer until the time limit. */
  reads: "work" | "fail" | "hang";
  writes: "work" | "fail" | "hang";
  /** Milliseconds that each call takes more. */
  slow: number;
}

/** Milliseconds after which a program is killed. */
const TOOL_LIMIT_MS = 5_000;

export interface Watcher {
  /** An op took effect, or had none to take; `seen` is what the process knew when it sent it. */
  readonly onKernelOp: (by: Process, op: KernelOp, seen: KernelState | undefined, outcome: Outcome) => void;
  /** The process was told that the kernel cannot be read, or that it can. */
  readonly onLook: (by: Process, ok: boolean) => void;
}

/** The way of one process to the kernel: by programs, which run on while it stands still and are killed with it. */
export class KernelPort implements Kernel {
  /** What it last saw. */
  seen: KernelState | undefined;
  readonly #process: Process;
  readonly #kernel: ModelKernel;
  readonly #tools: Tools;
  readonly #random: Random;
  readonly #watcher: Watcher;

  constructor(process: Process, kernel: ModelKernel, tools: Tools, random: Random, watcher: Watcher) {
    this.#process = process;
    this.#kernel = kernel;
    this.#tools = tools;
    this.#random = random;
    this.#watcher = watcher;
  }

  async observe(): Promise<KernelState> {
    await this.#call(this.#tools.reads);
    const { links } = this.#kernel;
    // Two programs look at the two halves, one a moment after the other.
    await this.#process.wait(this.#random.between(0, 2));
    const { table, connections, sysctls } = this.#kernel;
    this.seen = { links, virtualServices: table, connections, sysctls: new Map(sysctls) };
    this.#watcher.onLook(this.#process, true);
    return this.seen;
  }

  async connections(): Promise<ReadonlyMap<VirtualServiceKey, Connections>> {
    await this.#call(this.#tools.reads);
    const { busy, table, accepted } = this.#kernel;
    return new Map([...table.keys()].map((key) => [key, { active: busy.has(key) ? 1 : 0, accepted }]));
  }

  apply(ops: readonly KernelOp[]): Promise<readonly OpResult<KernelOp>[]> {
    let { seen } = this;
    return new Promise((resolve) => {
      const results: OpResult<KernelOp>[] = [];
      const { writes, slow } = this.#tools;
      const answer = () => this.#process.after(0, () => resolve(results));
      const step = () => {
        // Whoever ends the process ends its programs too, in the middle of a batch.
        if (!this.#process.alive) return undefined;
        const op = ops[results.length];
        if (op === undefined) return answer();
        if (this.#tools.writes === "hang") return this.#process.after(TOOL_LIMIT_MS, () => resolve(ops.map(killed)));
        const refused = this.#tools.writes === "fail";
        const outcome = refused ? { changed: false, error: "Operation not permitted" } : this.#kernel.do(op);
        this.#watcher.onKernelOp(this.#process, op, seen, outcome);
        // What it did itself it knows.
        if (seen !== undefined && outcome.error === undefined) seen = kernelAfter(seen, [op]);
        results.push(outcome.error === undefined ? { op, ok: true } : { op, ok: false, error: outcome.error });
        return this.#process.time.after(this.#random.between(0.1, 0.5), step);
      };
      // The world's time: the program goes on while whoever started it stands still.
      this.#process.time.after(writes === "work" ? 2 + slow : 2, step);
    });
  }

  /** `ip monitor`, which ends when somebody kills it. */
  follow(killers: Set<() => void>): Follow {
    return (_argv, onText, signal) =>
      new Promise((resolve) => {
        const tell = (link: string) => this.#process.after(1, () => onText(`3: ${link}: <BROADCAST>\n`));
        const end = () => {
          forget();
          this.#kernel.monitors.delete(tell);
          killers.delete(end);
          signal.removeEventListener("abort", end);
          this.#process.after(0, () => resolve("ip monitor: was ended by SIGKILL"));
        };
        this.#kernel.monitors.add(tell);
        killers.add(end);
        signal.addEventListener("abort", end, { once: true });
        const forget = this.#process.onEnd(end);
      });
  }

  async #call(how: Tools["reads"]): Promise<void> {
    await this.#process.wait(how === "hang" ? TOOL_LIMIT_MS : this.#random.between(1, 4) + this.#tools.slow);
    if (how === "work") return;
    this.#watcher.onLook(this.#process, false);
    throw new Error(
      how === "fail" ? "ip: Operation not permitted" : "ip: gave no answer within 5000 ms and was killed",
    );
  }
}

function killed(op: KernelOp): OpResult<KernelOp> {
  return { op, ok: false, error: "ip: gave no answer within 5000 ms and was killed" };
}
