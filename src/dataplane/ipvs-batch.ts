import { sameScheduling, sameServer } from "../core/dataplane.ts";
import type { KernelOp, OpResult } from "../core/op.ts";
import { realServerKey, virtualServiceKey } from "../core/service.ts";
import { batchTimeout, type Command, type Output } from "./command.ts";
import { CommandError, failure } from "./command-error.ts";
import { encodeIpvs, type IpvsOp, ipvsFault } from "./ipvs.ts";
import { PROC_TABLE } from "./ipvs-proc.ts";
import type { IpvsTable } from "./ipvs-table.ts";
import { UnexpectedOutput } from "./json.ts";

const RESTORE = ["ipvsadm", "-R"] as const;

/** Subprocesses that one batch may spend on finding the exact words for ops that failed; the others get the words of the batch. */
const MAX_EXPLAINED = 16;

/** What ipvsadm answers when the kernel refused a change; with `-R`, the change of its last line. */
const LAST_LINE_FAILED = 255;

const UNSAID = "was not done, without a message";

interface Context {
  readonly command: Command;
  readonly read: () => Promise<IpvsTable>;
  readonly signal: AbortSignal;
  readonly errors: Map<IpvsOp, string>;
}

/**
 * Applies the ops in order by one `ipvsadm -R`, and answers one result for each. `-R` goes on after a line that failed, answers
 * 0 unless that was the last, and does not say which line it was, so what decides is the table that `read` answers afterwards.
 */
export async function applyIpvs(
  command: Command,
  ops: readonly IpvsOp[],
  read: () => Promise<IpvsTable>,
  signal: AbortSignal,
): Promise<OpResult<KernelOp>[]> {
  const errors = new Map<IpvsOp, string>();
  for (const op of ops) {
    const fault = ipvsFault(op);
    if (fault !== undefined) errors.set(op, fault);
  }
  const sound = ops.filter((op) => !errors.has(op));
  for (const batch of withoutRepeats(sound)) await restore({ command, read, signal, errors }, batch, MAX_EXPLAINED);
  return ops.map((op) => {
    const error = errors.get(op);
    return error === undefined ? { op, ok: true } : { op, ok: false, error };
  });
}

async function restore(context: Context, ops: readonly IpvsOp[], budget: number): Promise<void> {
  const { command, signal, errors } = context;
  let output: Output;
  let table: IpvsTable;
  try {
    const stdin = ops.map((op) => `${encodeIpvs(op).join(" ")}\n`).join("");
    output = await command.run(RESTORE, { stdin, signal, timeoutMs: batchTimeout(ops.length) });
    table = await context.read();
  } catch (error) {
    if (!isAnswer(error)) throw error;
    for (const op of ops) errors.set(op, error.message);
    return;
  }
  const missed = ops.filter((op) => !inEffect(op, table));
  const [first, ...rest] = missed;
  if (first === undefined) return;
  const hopeless = /Can't initialize ipvs/.test(output.stderr);
  const ended = output.code !== 0 && output.code !== LAST_LINE_FAILED;
  if (hopeless || (ended && budget === 0)) {
    // ipvsadm without CAP_NET_RAW takes a kernel without the module for a denial (its old interface is a raw socket).
    const absent = hopeless && (await command.read(PROC_TABLE)) === undefined;
    const said = absent ? `${output.stderr.trim()}; there is no /proc/net/ip_vs` : output.stderr;
    for (const op of missed) errors.set(op, failure(RESTORE, said, output.code));
  } else if (ended) {
    // A line that ipvsadm does not understand ends it there: the lines after it were never run.
    await single(context, first);
    if (rest.length > 0) await restore(context, rest, budget - 1);
  } else {
    await explain(context, missed, table, output.stderr);
  }
}

async function explain(context: Context, missed: readonly IpvsOp[], table: IpvsTable, stderr: string): Promise<void> {
  const said = stderr.split("\n").filter((line) => line !== "");
  const distinct = [...new Set(said)];
  const uniform = distinct.length === 1 && said.length >= missed.length;
  let budget = MAX_EXPLAINED;
  for (const op of missed) {
    const argv = ["ipvsadm", ...encodeIpvs(op)];
    if ("server" in op && !table.has(virtualServiceKey(op.service)))
      context.errors.set(op, failure(argv, "Service not defined"));
    else if (!uniform && budget-- > 0) await single(context, op);
    else context.errors.set(op, failure(argv, distinct.join(", or ") || UNSAID));
  }
}

/** Once more, alone, for the exit code and the words; an exit code of 0 is not believed either. */
async function single({ command, read, signal, errors }: Context, op: IpvsOp): Promise<void> {
  const argv = ["ipvsadm", ...encodeIpvs(op)];
  try {
    const { code, stderr } = await command.run(argv, { signal });
    if (!inEffect(op, await read())) errors.set(op, failure(argv, stderr || UNSAID, code));
  } catch (error) {
    if (!isAnswer(error)) throw error;
    errors.set(op, error.message);
  }
}

function isAnswer(error: unknown): error is Error {
  return error instanceof CommandError || error instanceof UnexpectedOutput;
}

/** Whether the table is as the op wants it, whoever made it so: that is why applying an op twice is not an error. */
function inEffect(op: IpvsOp, table: IpvsTable): boolean {
  const found = table.get(virtualServiceKey(op.service));
  if (op.kind === "virtualService.delete") return found === undefined;
  if (op.kind === "virtualService.add" || op.kind === "virtualService.edit")
    return found !== undefined && sameScheduling(found, op.service);
  const server = found?.realServers.find((one) => realServerKey(one) === realServerKey(op.server));
  if (op.kind === "realServer.delete") return server === undefined;
  return server !== undefined && sameServer(server, op.server);
}

/**
 * Cuts the list where an op undoes or overwrites one before it: reading back can only judge what is still to be seen.
 * A plan has no such ops, so it stays one batch.
 */
function withoutRepeats(ops: readonly IpvsOp[]): readonly (readonly IpvsOp[])[] {
  const batches: IpvsOp[][] = [];
  let seen = new Set<string>();
  for (const op of ops) {
    const service = virtualServiceKey(op.service);
    const own = "server" in op ? `${service} ${realServerKey(op.server)}` : service;
    const deletes = op.kind === "virtualService.delete";
    const clashes = seen.has(own) || seen.has(`deleted ${service}`) || (deletes && seen.has(`built ${service}`));
    const last = batches.at(-1);
    if (clashes || last === undefined) {
      batches.push([op]);
      seen = new Set();
    } else last.push(op);
    seen.add(own);
    if (deletes) seen.add(`deleted ${service}`);
    else if (!op.kind.endsWith(".delete")) seen.add(`built ${service}`);
  }
  return batches;
}
