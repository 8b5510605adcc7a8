import type { Address } from "../core/address.ts";
import type { OpResult, SpeakerOp } from "../core/op.ts";
import type { Sent, Speaker } from "../core/ports.ts";
import type { SpeakerState } from "../core/state.ts";
import { applyOps, failed } from "./apply.ts";
import type { Connection } from "./connection.ts";
import { CallFailed } from "./failure.ts";
import { readSent, readSessions, readState } from "./observe.ts";
import { Supervisor, type SupervisorOptions, unreachable } from "./supervisor.ts";

/** One gobgpd, of generation 3 or 4, over its gRPC API. Lives through restarts, hangs and replacements of gobgpd. */
export class GobgpSpeaker implements Speaker {
  readonly #supervisor: Supervisor;
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;
  /** The last write; the next one waits for it, because gobgpd does not keep the order of calls that overlap. */
  #writing: Promise<unknown> = Promise.resolve();

  /** Stores only; `start` connects. `onEvent` must not throw. */
  constructor(options: SupervisorOptions) {
    this.#supervisor = new Supervisor(options);
  }

  /** Begins to connect in the background and returns at once; `up` or `down` follows as an event. */
  start(): void {
    if (!this.#stopped.signal.aborted) this.#running ??= this.#supervisor.run(this.#stopped.signal);
  }

  /** Closes the connection; calls in flight fail. What gobgpd announces stays. May be called again, and without a start. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  observe(signal: AbortSignal): Promise<SpeakerState> {
    return this.#read((connection) => readState(connection, signal), signal);
  }

  sent(signal: AbortSignal): Promise<Sent> {
    return this.#read((connection) => readSent(connection, signal), signal);
  }

  sessions(signal: AbortSignal): Promise<ReadonlyMap<Address, string>> {
    return this.#read((connection) => readSessions(connection, signal), signal);
  }

  apply(ops: readonly SpeakerOp[], signal: AbortSignal): Promise<readonly OpResult<SpeakerOp>[]> {
    const turn = this.#writing.then(() => {
      const { connection, unreachable: why } = this.#supervisor;
      return connection === undefined ? ops.map((op) => failed(op, why.message)) : applyOps(connection, ops, signal);
    });
    this.#writing = turn;
    return turn;
  }

  async #read<State>(read: (connection: Connection) => Promise<State>, signal: AbortSignal): Promise<State> {
    const { connection } = this.#supervisor;
    if (connection === undefined) throw this.#supervisor.unreachable;
    try {
      return await read(connection);
    } catch (error) {
      throw (await failedAlone(error, connection, signal)) ? error : unreachable(error);
    }
  }
}

/** Whether a read failed on a connection that lives. Then it says so itself: the supervisor tells only of connections that end. */
async function failedAlone(error: unknown, connection: Connection, signal: AbortSignal): Promise<boolean> {
  if (connection.signal.aborted) return false;
  const kind = error instanceof CallFailed ? error.kind : "refused";
  // The heartbeat is answered like this too, or the caller gave up.
  if (kind === "gone" || kind === "denied" || kind === "stopped" || kind === "cancelled") return false;
  if (kind !== "hung") return true;
  // A list that takes too long and a gobgpd that hangs look alike; a small call tells which it is.
  return connection.global(signal).then(
    () => true,
    () => false,
  );
}
