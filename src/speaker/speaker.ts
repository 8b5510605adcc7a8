import type { OpResult, SpeakerOp } from "../core/op.ts";
import type { Sent, Speaker } from "../core/ports.ts";
import type { SpeakerState } from "../core/state.ts";
import { applyOps, failed } from "./apply.ts";
import type { Connection } from "./connection.ts";
import { readSent, readState } from "./observe.ts";
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
    return this.#read((connection) => readState(connection, signal));
  }

  sent(signal: AbortSignal): Promise<Sent> {
    return this.#read((connection) => readSent(connection, signal));
  }

  apply(ops: readonly SpeakerOp[], signal: AbortSignal): Promise<readonly OpResult<SpeakerOp>[]> {
    const turn = this.#writing.then(() => {
      const { connection, unreachable: why } = this.#supervisor;
      return connection === undefined ? ops.map((op) => failed(op, why.message)) : applyOps(connection, ops, signal);
    });
    this.#writing = turn;
    return turn;
  }

  async #read<State>(read: (connection: Connection) => Promise<State>): Promise<State> {
    const { connection } = this.#supervisor;
    if (connection === undefined) throw this.#supervisor.unreachable;
    try {
      return await read(connection);
    } catch (error) {
      throw unreachable(error);
    }
  }
}
