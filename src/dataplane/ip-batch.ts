import { family } from "../core/address.ts";
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
  const unsafe = new Map<IpOp, string>();
  await promote(command, subnets(sound, "address.delete"), unsafe);
  await run(command, sound, signal, errors);
  // After the batch, which may have to make the link first.
  const bound = subnets(sound, "address.add").filter((op) => !errors.has(op));
  await promote(command, bound, unsafe);
  for (const [op, fault] of unsafe) if (!errors.has(op)) errors.set(op, fault);
  return ops.map((op) => result(op, errors.get(op)));
}

/** Of the ops of this kind those whose address has others in its subnet: one for each link. A whole address (/32) has none, and IPv6 no such rule. */
function subnets(ops: readonly IpOp[], kind: AddressOp["kind"]): readonly AddressOp[] {
  const found = ops.filter(
    (op): op is AddressOp => op.kind === kind && family(op.address) === "ipv4" && op.prefixLength < 32,
  );
  return [...new Map(found.map((op) => [op.link, op])).values()];
}

async function promote(command: Command, ops: readonly AddressOp[], unsafe: Map<IpOp, string>): Promise<void> {
  for (const op of ops) {
    const fault = await promoteSecondaries(command, op.link);
    if (fault !== undefined) unsafe.set(op, fault);
  }
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
