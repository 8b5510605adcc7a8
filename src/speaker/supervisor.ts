import { setMaxListeners } from "node:events";
import { messageOf, SpeakerUnreachable } from "../core/errors.ts";
import type { Clock, SpeakerEvent } from "../core/ports.ts";
import { Client } from "./client.ts";
import { Connection } from "./connection.ts";
import { detect } from "./detect.ts";
import { Events } from "./events.ts";
import { CallFailed, type FailureKind } from "./failure.ts";
import type { Tls } from "./tls.ts";
import type { WireEvent } from "./wire.ts";

/** Between two tries while gobgpd is gone; what is there but is not gobgpd is asked less often. */
const RETRY_MS = 200;
const RETRY_FOREIGN_MS = 1000;
/** A gobgpd that serves the event stream says so at once: the end of its initial peers does not wait for the table. */
const LIVE_MS = 5000;
const HEARTBEAT_MS = 1000;
const HEARTBEAT_DEADLINE_MS = 2000;
const MISSES_UNTIL_HUNG = 2;
/** After about half a minute of silence a new channel is tried: the old one may lead to a host that is gone. */
const TRIES_PER_HUNG_CHANNEL = 15;

export interface SupervisorOptions {
  /** host:port, [v6]:port or unix:///path. */
  readonly address: string;
  readonly tls?: Tls | undefined;
  readonly clock: Clock;
  readonly onEvent: (event: SpeakerEvent) => void;
}

/** Keeps one live connection to gobgpd: connects, detects the generation, follows the events, notices the end, begins again. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #connection: Connection | undefined;
  #client: Client | undefined;
  #hungTries = 0;
  #unreachable: SpeakerUnreachable;
  /** What has been told about the present outage: each kind of fault once, not each try. */
  readonly #told = new Set<FailureKind>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#unreachable = new SpeakerUnreachable(`gobgpd at ${options.address} has not answered yet`);
  }

  /** The live connection, or undefined: then `unreachable` says why. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  get unreachable(): SpeakerUnreachable {
    return this.#unreachable;
  }

  /** Runs until `signal` is aborted; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const failure = await this.#once(signal);
      if (signal.aborted) break;
      this.#down(failure);
      const foreign = failure instanceof CallFailed && failure.kind === "foreign";
      await this.#options.clock.sleep(foreign ? RETRY_FOREIGN_MS : RETRY_MS, signal);
    }
    this.#unreachable = new SpeakerUnreachable(`the connection to gobgpd at ${this.#options.address} was closed`);
  }

  /**
   * One connection from its begin to its end; answers why it ended. On a channel of its own, so that no backoff is left from
   * the last one, but a hung gobgpd is asked again on the same: each new one would leave it a socket to accept.
   */
  async #once(signal: AbortSignal): Promise<unknown> {
    const ended = new AbortController();
    // Each call in flight listens, and many are no leak.
    setMaxListeners(0, ended.signal);
    const end = () => ended.abort();
    signal.addEventListener("abort", end, { once: true });
    try {
      this.#client ??= new Client(this.#options.address, this.#options.tls, this.#options.clock);
      return await this.#live(this.#client, ended.signal);
    } catch (error) {
      // Calls in flight fail for the same reason.
      ended.abort(error);
      this.#hungTries = error instanceof CallFailed && error.kind === "hung" ? this.#hungTries + 1 : 0;
      return error;
    } finally {
      this.#connection = undefined;
      signal.removeEventListener("abort", end);
      if (signal.aborted || this.#hungTries % TRIES_PER_HUNG_CHANNEL === 0) this.#close();
    }
  }

  #close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  async #live(client: Client, signal: AbortSignal): Promise<never> {
    const dialect = await detect(client, signal);
    const events = new Events(this.#options.clock, this.#options.onEvent, signal);
    const request = { peer: {}, table: { filters: [{ type: dialect.watchBest, init: true }] } };
    const watching = client.watch<WireEvent>(dialect, "WatchEvent", request, signal, (event) => events.take(event));
    await Promise.race([events.live, watching, this.#expire(signal)]);
    this.#connection = new Connection(client, dialect, signal);
    this.#told.clear();
    this.#options.onEvent({ kind: "up", version: dialect.version, api: client.api });
    events.open();
    return await Promise.race([watching, this.#heartbeat(this.#connection, events, signal)]);
  }

  async #expire(signal: AbortSignal): Promise<never> {
    await this.#options.clock.sleep(LIVE_MS, signal);
    const { address } = this.#options;
    throw new CallFailed(
      "hung",
      `gobgpd at ${address} does not begin its event stream within ${LIVE_MS / 1000} s; restart it`,
    );
  }

  /** The stream of a hung gobgpd is silent and its channel stays ready: only a call with a deadline finds out. */
  async #heartbeat(connection: Connection, events: Events, signal: AbortSignal): Promise<never> {
    let misses = 0;
    for (;;) {
      if (misses === 0) await this.#options.clock.sleep(HEARTBEAT_MS, signal);
      try {
        const known = connection.as;
        await connection.global(signal, HEARTBEAT_DEADLINE_MS);
        misses = 0;
        // BGP was stopped or started inside a gobgpd that lives on: no event tells it.
        if (known !== undefined && known !== connection.as) events.changed();
      } catch (error) {
        if (!(error instanceof CallFailed) || error.kind !== "hung" || ++misses >= MISSES_UNTIL_HUNG) throw error;
      }
    }
  }

  #down(failure: unknown): void {
    this.#unreachable = unreachable(failure);
    const kind = failure instanceof CallFailed ? failure.kind : "refused";
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#options.onEvent({ kind: "down", reason: this.#unreachable.message });
  }
}

/** What the caller of a read is told instead of grpc's words. */
export function unreachable(failure: unknown): SpeakerUnreachable {
  return new SpeakerUnreachable(messageOf(failure), failure instanceof CallFailed && failure.absent);
}
