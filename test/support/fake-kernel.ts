import { kernelAfter } from "../../src/core/model.ts";
import type { KernelOp, OpResult } from "../../src/core/op.ts";
import type { Connections, Kernel } from "../../src/core/ports.ts";
import type { VirtualServiceKey } from "../../src/core/service.ts";
import type { KernelState } from "../../src/core/state.ts";
import { EMPTY_KERNEL } from "./world.ts";

/** A small model of a kernel, whose faults a test decides. */
export class FakeKernel implements Kernel {
  state: KernelState = EMPTY_KERNEL;
  /** Answers the error of an op that shall fail. */
  refuse: (op: KernelOp) => string | undefined = () => undefined;
  blind = false;
  /** What goes through the virtual services that are there; nothing where a test does not say. */
  traffic = new Map<VirtualServiceKey, Connections>();
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

  async connections(): Promise<ReadonlyMap<VirtualServiceKey, Connections>> {
    await Promise.resolve();
    if (this.blind) throw new Error("ipvsadm: cannot be run");
    const keys = [...(this.state.virtualServices?.keys() ?? [])];
    return new Map(keys.map((key) => [key, this.traffic.get(key) ?? { active: 0, accepted: 0 }]));
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
