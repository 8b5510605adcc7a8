import type { KernelOp, OpResult } from "../core/op.ts";
import type { Connections, Kernel } from "../core/ports.ts";
import type { VirtualServiceKey } from "../core/service.ts";
import type { KernelState } from "../core/state.ts";
import { batchTimeout, type Command, type Output } from "./command.ts";
import { CommandError } from "./command-error.ts";
import { applyIp, type IpOp } from "./ip-batch.ts";
import type { IpvsOp } from "./ipvs.ts";
import { applyIpvs } from "./ipvs-batch.ts";
import { takesFlags } from "./ipvs-options.ts";
import { PROC_TABLE, parseActive, parseProcConnections } from "./ipvs-proc.ts";
import { parseSave, SAVE } from "./ipvs-save.ts";
import { parseStats, STATS } from "./ipvs-stats.ts";
import { parseLinks, SHOW } from "./link.ts";
import type { SysctlOp } from "./sysctl.ts";
import { applySysctl, readSysctls } from "./sysctl.ts";

export interface LinuxKernelOptions {
  readonly command: Command;
  /** false: the IPVS table is neither read nor changed. */
  readonly ipvs: boolean;
}

/** The network namespace of this process, by ip(8) and ipvsadm(8). */
export class LinuxKernel implements Kernel {
  readonly #command: Command;
  readonly #ipvs: boolean;

  constructor(options: LinuxKernelOptions) {
    this.#command = options.command;
    this.#ipvs = options.ipvs;
  }

  async observe(signal: AbortSignal): Promise<KernelState> {
    const [links, ipvs, sysctls] = await Promise.all([
      output(this.#command, SHOW, signal).then(({ stdout }) => parseLinks(stdout)),
      this.#ipvs ? readIpvs(this.#command, signal) : undefined,
      this.#ipvs ? readSysctls(this.#command) : undefined,
    ]);
    if (ipvs === undefined || sysctls === undefined) return { links, virtualServices: undefined };
    return { links, virtualServices: ipvs.table, connections: ipvs.connections, sysctls };
  }

  async apply(ops: readonly KernelOp[], signal: AbortSignal): Promise<readonly OpResult<KernelOp>[]> {
    const results: OpResult<KernelOp>[] = [];
    for (const run of runs(ops)) results.push(...(await this.#applyRun(run, signal)));
    return results;
  }

  async connections(signal: AbortSignal): Promise<ReadonlyMap<VirtualServiceKey, Connections>> {
    const text = this.#ipvs ? await this.#command.read(PROC_TABLE) : undefined;
    if (text === undefined) return new Map();
    const active = parseActive(text);
    const accepted = parseStats((await output(this.#command, STATS, signal, active.size)).stdout);
    // A service that came or went between the two reads is in neither answer.
    const both = [...active].flatMap(([key, open]) => {
      const ever = accepted.get(key);
      return ever === undefined ? [] : [[key, { active: open, accepted: ever }] as const];
    });
    return new Map(both);
  }

  #applyRun(run: Run, signal: AbortSignal): Promise<OpResult<KernelOp>[]> {
    if (run.tool === "sysctl") return Promise.all(run.ops.map((op) => applySysctl(this.#command, op)));
    if (run.tool === "ip") return applyIp(this.#command, run.ops, signal);
    const read = async () => (await readIpvs(this.#command, signal)).table;
    if (this.#ipvs) return applyIpvs(this.#command, run.ops, read, signal);
    const error = "IPVS is not ours to change: start with -ipvs-setup";
    return Promise.resolve(run.ops.map((op) => ({ op, ok: false, error })));
  }
}

type Run =
  | { readonly tool: "ip"; readonly ops: IpOp[] }
  | { readonly tool: "ipvsadm"; readonly ops: IpvsOp[] }
  | { readonly tool: "sysctl"; readonly ops: SysctlOp[] };

/** Consecutive ops of one tool are one batch: a plan has its links and addresses together, so it takes two to four batches. */
function runs(ops: readonly KernelOp[]): readonly Run[] {
  const found: Run[] = [];
  for (const op of ops) {
    const last = found.at(-1);
    if ("service" in op) {
      if (last?.tool === "ipvsadm") last.ops.push(op);
      else found.push({ tool: "ipvsadm", ops: [op] });
    } else if ("name" in op) {
      if (last?.tool === "sysctl") last.ops.push(op);
      else found.push({ tool: "sysctl", ops: [op] });
    } else if (last?.tool === "ip") last.ops.push(op);
    else found.push({ tool: "ip", ops: [op] });
  }
  return found;
}

/**
 * The IPVS table in one read, whatever its size: `ipvsadm -S` asks the kernel once for each virtual service, which took 15.6 s
 * against 0.7 s for ten thousand of them under emulation. /proc leaves out the flags of a scheduler, so where one that has
 * flags is in use, ipvsadm is asked after all.
 */
async function readIpvs(command: Command, signal: AbortSignal): Promise<ReturnType<typeof parseProcConnections>> {
  const text = await command.read(PROC_TABLE);
  // No module, no table; the first change loads it.
  if (text === undefined) return { table: new Map(), connections: new Map() };
  const { table, connections } = parseProcConnections(text);
  if (![...table.values()].some((service) => takesFlags(service.scheduler))) return { table, connections };
  return { table: parseSave((await output(command, SAVE, signal, table.size)).stdout), connections };
}

async function output(command: Command, argv: readonly string[], signal: AbortSignal, lines = 0): Promise<Output> {
  const answer = await command.run(argv, { signal, timeoutMs: batchTimeout(lines) });
  if (answer.code === 0) return answer;
  throw new CommandError(argv, answer.stderr, answer.code);
}
