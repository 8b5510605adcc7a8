import { fileURLToPath } from "node:url";
import type { ClientReadableStream, MethodDefinition, ServiceError } from "@grpc/grpc-js";
import { Client as GrpcClient, Metadata } from "@grpc/grpc-js";
import { loadSync, type ServiceDefinition } from "@grpc/proto-loader";
import type { Clock } from "../core/ports.ts";
import type { Dialect } from "./dialect.ts";
import { CallFailed, callFailed } from "./failure.ts";
import { secured, type Tls } from "./tls.ts";
import { wallNow } from "./wall-clock.ts";

export interface Limits {
  /** Deadline from now, in milliseconds. */
  readonly ms: number;
  /** Any of them ends the call. Not one composed signal: a long-lived source would collect the short-lived composites. */
  readonly signals: readonly AbortSignal[];
}

/** An event stream has no deadline. */
type Signals = Pick<Limits, "signals"> & { readonly ms?: number };

const LARGEST_MESSAGE = 256 * 1024 * 1024;

/** What grpc-js is told about every channel. */
export const CHANNEL = {
  // gobgpd is beside us or one hop away: a short backoff costs nothing and brings us back at once.
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 500,
  // GoBGP 3 sends the first table event as one message: 13 MB for 40,000 paths, with a default limit of 4 MB.
  "grpc.max_receive_message_length": LARGEST_MESSAGE,
  "grpc.max_send_message_length": LARGEST_MESSAGE,
  "grpc.enable_http_proxy": 0,
  "grpc.enable_retries": 0,
  // A client that was closed must not lend its connection and its backoff to the next one.
  "grpc.use_local_subchannel_pool": 1,
  // No keepalive: a Go server ends connections that ping more often than every 5 minutes. GetBgp is the heartbeat.
};

type Method = MethodDefinition<object, object>;

/** A deadline that is noticed later than this (milliseconds) was missed by this process: it stood still meanwhile. */
const LATE_MS = 500;

/** One gRPC channel to a gobgpd. Every call has a deadline or ends by a signal; each failure is a CallFailed. */
export class Client {
  /** The address as configured: host:port, [v6]:port or unix:///path. */
  readonly api: string;
  readonly #clock: Pick<Clock, "now">;
  readonly #grpc: GrpcClient;

  constructor(api: string, tls: Tls | undefined, clock: Pick<Clock, "now">) {
    this.api = api;
    this.#clock = clock;
    const { credentials, options } = secured(api, tls);
    this.#grpc = new GrpcClient(api, credentials, { ...CHANNEL, ...options });
  }

  /** One request, one reply. */
  call<Reply>(dialect: Dialect, name: string, request: object, limits: Limits): Promise<Reply> {
    const method = methodOf(dialect, name);
    const ask = () =>
      this.#settle<Reply>(name, limits, (done) =>
        this.#grpc.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          request,
          new Metadata(),
          { deadline: wallNow() + limits.ms },
          done,
        ),
      );
    // What changes something was decided before, by what may be old by now.
    return name.startsWith("Get") ? this.#again(limits.ms, ask) : ask();
  }

  /** One request, all the replies of a stream that ends. */
  list<Reply>(dialect: Dialect, name: string, request: object, limits: Limits): Promise<readonly Reply[]> {
    return this.#again(limits.ms, async () => {
      const replies: Reply[] = [];
      await this.#read<Reply>(dialect, name, request, limits, (reply) => replies.push(reply));
      return replies;
    });
  }

  /** Hands each event on until the stream ends, by failure or by the signal; always rejects. */
  async watch<Event>(
    dialect: Dialect,
    name: string,
    request: object,
    signal: AbortSignal,
    onEvent: (event: Event) => void,
  ): Promise<never> {
    await this.#read<Event>(dialect, name, request, { signals: [signal] }, onEvent);
    throw new CallFailed("gone", `gobgpd at ${this.api} ended the event stream`);
  }

  /** Many messages in order, one reply at their end. Those before a failing one stay applied, those after it are lost. */
  send(dialect: Dialect, name: string, messages: Iterable<object>, limits: Limits): Promise<void> {
    const method = methodOf(dialect, name);
    return this.#settle<unknown>(name, limits, (done) => {
      const stream = this.#grpc.makeClientStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        new Metadata(),
        { deadline: wallNow() + limits.ms },
        done,
      );
      stream.on("error", () => {});
      for (const message of messages) stream.write(message);
      stream.end();
      return stream;
    }).then(() => undefined);
  }

  close(): void {
    this.#grpc.close();
  }

  /** Asks once more where the deadline was missed by this process, not by gobgpd, whose answer may lie unread in the socket. */
  async #again<Reply>(ms: number, ask: () => Promise<Reply>): Promise<Reply> {
    const began = this.#clock.now();
    try {
      return await ask();
    } catch (error) {
      const hung = error instanceof CallFailed && error.kind === "hung";
      if (!hung || this.#clock.now() - began <= ms + LATE_MS) throw error;
      return ask();
    }
  }

  #read<Reply>(
    dialect: Dialect,
    name: string,
    request: object,
    limits: Signals,
    onReply: (reply: Reply) => void,
  ): Promise<void> {
    const method = methodOf(dialect, name);
    return this.#settle<unknown>(name, limits, (done) => {
      const stream: ClientReadableStream<object> = this.#grpc.makeServerStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        new Metadata(),
        limits.ms === undefined ? {} : { deadline: wallNow() + limits.ms },
      );
      stream.on("data", onReply);
      stream.on("end", () => done(null, undefined));
      stream.on("error", (error) => done(error as ServiceError, undefined));
      return stream;
    }).then(() => undefined);
  }

  #settle<Reply>(
    name: string,
    { ms, signals }: Signals,
    begin: (done: (error: ServiceError | null, reply?: object) => void) => { cancel(): void },
  ): Promise<Reply> {
    return new Promise<Reply>((resolve, reject) => {
      const aborted = () => signals.some((signal) => signal.aborted);
      if (aborted()) {
        reject(
          causeOf(signals) ??
            new CallFailed("cancelled", `${name} to gobgpd at ${this.api} was not sent: it was interrupted`),
        );
        return;
      }
      const cancel = () => call.cancel();
      const call = begin((error, reply) => {
        for (const signal of signals) signal.removeEventListener("abort", cancel);
        if (error === null) resolve(reply as Reply);
        else reject(causeOf(signals) ?? callFailed(error, { api: this.api, method: name, ms, givenUp: aborted() }));
      });
      for (const signal of signals) signal.addEventListener("abort", cancel, { once: true });
    });
  }
}

/** Why a call was ended from outside, where that is a fault of the connection. */
function causeOf(signals: readonly AbortSignal[]): CallFailed | undefined {
  return signals.map(({ reason }) => reason as unknown).find((reason) => reason instanceof CallFailed);
}

const services = new Map<Dialect, ServiceDefinition>();

function methodOf(dialect: Dialect, name: string): Method {
  let service = services.get(dialect);
  if (service === undefined) {
    const options = { keepCase: true, longs: Number, defaults: true, oneofs: true, json: true };
    service = loadSync(fileURLToPath(dialect.proto), options)[dialect.service] as ServiceDefinition;
    services.set(dialect, service);
  }
  const method = service[name];
  if (method === undefined) throw new Error(`${dialect.service} has no method ${name}`);
  return method as Method;
}
