import { kernelAfter } from "../../src/core/model.ts";
import type { KernelOp, OpResult } from "../../src/core/op.ts";
import type { Kernel } from "../../src/core/ports.ts";
import type { KernelState } from "../../src/core/state.ts";
import { EMPTY_KERNEL } from "./world.ts";

/** A small model of a kernel, whose faults a test decides. */
export class FakeKernel implements Kernel {
  state: KernelState = EMPTY_KERNEL;
  /** Answers the error of an op that shall fail. */
  refuse: (op: KernelOp) => string | undefined = () => undefined;
  blind = false;
  readonly applied: KernelOp[] = [];
  /** Told before each op takes effect. */
  before: (op: KernelOp) => void = () => {};
  /** Each look and each batch waits here first: a slow `ip` or `ipvsadm`. */
  observing: () => Promise<void> = () => Promise.resolve();
  applying: () => Promise<void> = () => Promise.resolve();

  async observe(): Promise<KernelState> {
    await this.observing();
    if (this.blind) throw new Error("ip: cannot be run");
    return this.state;
  }

  async apply(ops: readonly KernelOp[]): Promise<readonly OpResult<KernelOp>[]> {
    const results: OpResult<KernelOp>[] = [];
    await this.applying();
    for (const op of ops) {
      await Promise.resolve();
      this.before(op);
      const error = this.refuse(op);
      if (error === undefined) {
        this.state = kernelAfter(this.state, [op]);
        this.applied.push(op);
      }
      results.push(error === undefined ? { op, ok: true } : { op, ok: false, error });
    }
    return results;
  }
}
