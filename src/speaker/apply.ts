import { messageOf } from "../core/errors.ts";
import type { OpResult, SpeakerOp } from "../core/op.ts";
import type { Connection } from "./connection.ts";
import { CallFailed } from "./failure.ts";
import { encodeAnnounce, encodeWithdrawals } from "./path.ts";
import { opFault, perform } from "./perform.ts";
import { wallNow } from "./wall-clock.ts";

type PathOp = Extract<SpeakerOp, { kind: "path.announce" | "path.withdraw" }>;
type Result = OpResult<SpeakerOp>;

/** Up to this many paths in a row go one by one; a stream costs more than a few calls, and names no culprit. */
const FEW = 8;
/** Paths in one message of a stream: from 100 on gobgpd takes 25,000 a second, and a failing message loses only its own. */
const BATCH = 500;

/** Applies the ops in order over one connection and answers one result for each, in the same order. Never throws. */
export async function applyOps(
  connection: Connection,
  ops: readonly SpeakerOp[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const halts = new Halts();
  const record = (op: SpeakerOp, error: unknown): void => {
    halts.learn(op, error);
    results.push(error === undefined ? { op, ok: true } : failed(op, messageOf(error)));
  };
  for (let op = ops[0]; op !== undefined; op = ops[results.length]) {
    const run = pathRun(ops, results.length);
    if (run.length > FEW && halts.reason(op) === undefined) {
      const error = await stream(
        connection,
        run.filter((one) => opFault(one) === undefined),
        signal,
      );
      // A refusal does not say which path it is about: the whole run goes again, one by one, and repeats cost the peers nothing.
      if (!(error instanceof CallFailed) || error.kind !== "refused") {
        for (const one of run) record(one, faultOf(one) ?? error);
        continue;
      }
    }
    record(op, faultOf(op) ?? halts.reason(op) ?? (await caught(perform(connection, op, signal))));
    for (const one of run.slice(1))
      record(one, faultOf(one) ?? halts.reason(one) ?? (await caught(perform(connection, one, signal))));
  }
  return results;
}

/** An op that failed, or was not tried; the reason is one line, and leaves it to the reader which op it is about. */
export function failed(op: SpeakerOp, reason: string): Result {
  return { op, ok: false, error: reason };
}

/** Remembers which faults make later ops useless or harmful. */
class Halts {
  #all: string | undefined;
  #peers: string | undefined;

  learn(op: SpeakerOp, error: unknown): void {
    if (error === undefined || error instanceof NotTried) return;
    // Nothing goes into a gobgpd that is not ours, and a gobgpd that hangs would take its deadline for each op.
    if (op.kind === "bgp.start" || (error instanceof CallFailed && error.kind !== "refused"))
      this.#all ??= messageOf(error);
    // A peer that comes before the policy makes this host a transit router.
    if (op.kind === "policy.set") this.#peers ??= messageOf(error);
  }

  reason(op: SpeakerOp): NotTried | undefined {
    const reason = this.#all ?? (op.kind === "peer.add" ? this.#peers : undefined);
    return reason === undefined ? undefined : new NotTried(`not tried, because before it: ${reason}`);
  }
}

class NotTried extends Error {}

function faultOf(op: SpeakerOp): Error | undefined {
  const fault = opFault(op);
  return fault === undefined ? undefined : new Error(fault);
}

/** The path ops in a row from index `from` on. */
function pathRun(ops: readonly SpeakerOp[], from: number): readonly PathOp[] {
  const run: PathOp[] = [];
  for (let at = from; at < ops.length; at++) {
    const op = ops[at];
    if (op?.kind !== "path.announce" && op?.kind !== "path.withdraw") break;
    run.push(op);
  }
  return run;
}

/** Sends the ops in one ordered stream, withdrawals included; answers the error, if any. */
async function stream(connection: Connection, ops: readonly PathOp[], signal: AbortSignal): Promise<unknown> {
  const { dialect } = connection;
  const now = wallNow();
  const paths = ops.flatMap((op) =>
    op.kind === "path.announce" ? encodeAnnounce(op.path, dialect, now) : encodeWithdrawals(op.prefix, connection, now),
  );
  const messages: object[] = [];
  for (let at = 0; at < paths.length; at += BATCH)
    messages.push({ table_type: dialect.table.global, paths: paths.slice(at, at + BATCH) });
  return caught(connection.send("AddPathStream", messages, signal));
}

async function caught(work: Promise<void>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
