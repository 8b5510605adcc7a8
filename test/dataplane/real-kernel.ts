import assert from "node:assert/strict";
import { afterEach, beforeEach } from "node:test";
import type { KernelOp, OpResult } from "../../src/core/op.ts";
import { LinuxKernel } from "../../src/dataplane/kernel.ts";
import { NamespaceCommand } from "./namespace-command.ts";

const signal = new AbortController().signal;

/** Gives each test of the suite around it a network namespace of its own. Needs root, and a kernel with dummy and ip_vs. */
export function realKernel() {
  let host: NamespaceCommand;
  let kernel: LinuxKernel;

  beforeEach(async () => {
    host = await NamespaceCommand.create();
    kernel = new LinuxKernel({ command: host, ipvs: true });
    await host.must("ip link set dev lo up");
  });

  afterEach(() => host.close());

  async function apply(ops: readonly KernelOp[]): Promise<readonly OpResult<KernelOp>[]> {
    const results = await kernel.apply(ops, signal);
    assert.deepEqual(
      results.map((result) => result.op),
      ops,
    );
    return results;
  }

  async function applyWell(ops: readonly KernelOp[]): Promise<void> {
    for (const result of await apply(ops)) assert.deepEqual(result, { op: result.op, ok: true });
  }

  async function observed() {
    const { links, virtualServices } = await kernel.observe(signal);
    assert.ok(virtualServices);
    const bound = (name: string) =>
      links
        .get(name)
        ?.addresses.filter(({ address, usable }) => usable && !address.startsWith("fe80:"))
        .map(({ address, prefixLength }) => `${address}/${prefixLength}`);
    return { links, bound, virtualServices };
  }

  return {
    get host() {
      return host;
    },
    get kernel() {
      return kernel;
    },
    apply,
    applyWell,
    observed,
  };
}
