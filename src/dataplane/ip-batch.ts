import type { KernelOp, OpResult } from "../core/op.ts";
import { type AddressOp, encodeAddress } from "./address.ts";
import { batchTimeout, type Command } from "./command.ts";
import { CommandError, failure } from "./command-error.ts";
import { encodeLink, type LinkOp, linkNameFault } from "./link.ts";
import { promoteSecondaries } from "./promote.ts";

export type IpOp = LinkOp | AddressOp;

const BATCH = ["ip", "-force", "-batch", "-"] as const;

/** Answers of iproute2 (6.1 to 6.15) that say that what the op asks for is so already. */
const FINE: Readonly<Record<IpOp["kind"], RegExp | undefined>> = {
  "link.add": /RTNETLINK answers: File exists/,
  "link.mark": undefined,
  "link.up": undefined,
  "link.delete": /Cannot find device/,
  "address.add": /RTNETLINK answers: File exists|[Aa]ddress already assigned/,
  "address.delete": /Cannot find device|Cannot assign requested address|[Aa]ddress not found/,
};

/** Applies the ops in order by one `ip -batch`, and answers one result for each. */
export async function applyIp(
  command: Command,
  ops: readonly IpOp[],
  signal: AbortSignal,
): Promise<OpResult<KernelOp>[]> {
  const errors = new Map<IpOp, string>();
  const sound = ops.filter((op) => {
    const fault = linkNameFault(op.link);
    if (fault !== undefined) errors.set(op, fault);
    return fault === undefined;
  });
  await run(command, sound, signal, errors);
  // A link that is taken is made safe for the addresses of others. After the batch, which may have to make the link first.
  for (const op of sound) {
    const fault = op.kind === "link.mark" && !errors.has(op) ? await promoteSecondaries(command, op.link) : undefined;
    if (fault !== undefined) errors.set(op, fault);
  }
  return ops.map((op) => result(op, errors.get(op)));
}

async function run(
  command: Command,
  ops: readonly IpOp[],
  signal: AbortSignal,
  errors: Map<IpOp, string>,
): Promise<void> {
  if (ops.length === 0) return;
  const stdin = ops.map((op) => `${encodeIp(op).join(" ")}\n`).join("");
  let answer: BatchAnswer;
  try {
    const output = await command.run(BATCH, { stdin, signal, timeoutMs: batchTimeout(ops.length) });
    answer = parseBatch(output.stderr, output.code);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    for (const op of ops) errors.set(op, error.message);
    return;
  }
  for (const [line, said] of answer.failed) {
    const op = ops[line];
    if (op !== undefined && FINE[op.kind]?.test(said) !== true) errors.set(op, failure(["ip", ...encodeIp(op)], said));
  }
  if (answer.ended === undefined) return;
  // Some line after the last one that answered made ip give up, and the lines after it were never run.
  // To apply an op twice is fine, so halves find the line.
  const rest = ops.slice(answer.reached);
  const [only] = rest;
  if (only === undefined) return;
  if (rest.length === 1) {
    errors.set(only, failure(["ip", ...encodeIp(only)], answer.ended));
    return;
  }
  const middle = Math.ceil(rest.length / 2);
  await run(command, rest.slice(0, middle), signal, errors);
  await run(command, rest.slice(middle), signal, errors);
}

interface BatchAnswer {
  /** What was said about each line that failed, by its index from 0. */
  readonly failed: ReadonlyMap<number, string>;
  /** Lines before this index were run for certain. */
  readonly reached: number;
  /** What ip said when it gave up before the end; undefined when it did not. */
  readonly ended: string | undefined;
}

/** Reads what `ip -force -batch` says: the messages of a line, then `Command failed -:LINE` (ip(8)). */
export function parseBatch(stderr: string, code: number): BatchAnswer {
  const failed = new Map<number, string>();
  let said: string[] = [];
  let reached = 0;
  for (const line of stderr.split("\n")) {
    const [, number] = /^Command failed -:(\d+)$/.exec(line) ?? [];
    if (number === undefined) {
      if (line.trim() !== "") said.push(line);
      continue;
    }
    failed.set(Number(number) - 1, said.join("\n"));
    reached = Number(number);
    said = [];
  }
  // Without an exit code these lines are warnings.
  const gaveUp = code !== 0 && (said.length > 0 || failed.size === 0);
  return { failed, reached, ended: gaveUp ? said.join("\n") : undefined };
}

function encodeIp(op: IpOp): readonly string[] {
  return op.kind === "address.add" || op.kind === "address.delete" ? encodeAddress(op) : encodeLink(op);
}

function result(op: KernelOp, error: string | undefined): OpResult<KernelOp> {
  return error === undefined ? { op, ok: true } : { op, ok: false, error };
}
