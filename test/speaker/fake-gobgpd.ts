import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import {
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type ServiceError,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { Dialect } from "../../src/speaker/dialect.ts";

type Message = Readonly<Record<string, unknown>>;
/** Answers one request: a message, several for a server stream, NEVER, or by throwing a `status`. */
type Answer = (request: Message) => Message | readonly Message[];

export const NEVER: Message = {};

/** The service of a dialect, to encode and decode its messages as they go over the wire. */
const services = new Map<Dialect, ServiceDefinition>();

export function serviceOf(dialect: Dialect): ServiceDefinition {
  const options = { keepCase: true, longs: Number, defaults: true, oneofs: true, json: true };
  const service =
    services.get(dialect) ?? (loadSync(fileURLToPath(dialect.proto), options)[dialect.service] as ServiceDefinition);
  services.set(dialect, service);
  return service;
}

/** What `message` is after a trip over the wire as a request of `method`. */
export function sentAs(dialect: Dialect, method: string, message: object): Message {
  const { requestSerialize, requestDeserialize } = serviceOf(dialect)[method] as NonNullable<ServiceDefinition[string]>;
  return requestDeserialize(requestSerialize(message)) as Message;
}

/** `message` as the bytes of a request of `method`. */
export function bytesOf(dialect: Dialect, method: string, message: object): Buffer {
  return (serviceOf(dialect)[method] as NonNullable<ServiceDefinition[string]>).requestSerialize(message);
}

/** What the bytes of a request of `method` say; undefined where they are no message. */
export function fromBytes(dialect: Dialect, method: string, bytes: Buffer): Message | undefined {
  const { requestDeserialize } = serviceOf(dialect)[method] as NonNullable<ServiceDefinition[string]>;
  try {
    return requestDeserialize(bytes) as Message;
  } catch {
    return undefined;
  }
}

/** An error with a gRPC status code, to be thrown by an answer. */
export function status(code: number, details: string): Error {
  return Object.assign(new Error(details), { code, details });
}

/**
 * A gRPC server with one dialect's service, for what no real gobgpd can be made to do, and for counting calls. It refuses
 * what it was not told to answer; its event stream says that it is live and then nothing.
 */
export class FakeGobgpd {
  /** The calls as they came: `GetBgp`, `AddPath`, ... */
  readonly calls: string[] = [];
  readonly requests: Message[] = [];
  readonly api: string;
  readonly #server: Server;

  private constructor(server: Server, api: string) {
    this.#server = server;
    this.api = api;
  }

  static async serve(
    dialect: Dialect | undefined,
    answers: Readonly<Record<string, Answer>> = {},
  ): Promise<FakeGobgpd> {
    const server = new Server({ "grpc.max_receive_message_length": 256 * 1024 * 1024 });
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    const fake = new FakeGobgpd(server, `127.0.0.1:${port}`);
    if (dialect !== undefined) server.addService(serviceOf(dialect), fake.#implement(serviceOf(dialect), answers));
    return fake;
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  #implement(service: ServiceDefinition, answers: Readonly<Record<string, Answer>>): UntypedServiceImplementation {
    const implementation: UntypedServiceImplementation = {};
    for (const [name, method] of Object.entries(service)) {
      if (name === "WatchEvent" && answers[name] === undefined) implementation[name] = liveWatch;
      else if (method.requestStream) implementation[name] = this.#takeStream(name, answers[name]);
      else if (method.responseStream) implementation[name] = this.#giveStream(name, answers[name]);
      else implementation[name] = this.#unary(name, answers[name]);
    }
    return implementation;
  }

  #answer(name: string, answer: Answer | undefined, request: Message): Message | readonly Message[] {
    this.calls.push(name);
    this.requests.push(request);
    if (answer === undefined) throw status(2, `the fake was not told how to answer ${name}`);
    return answer(request);
  }

  #unary(name: string, answer: Answer | undefined): handleUnaryCall<Message, Message> {
    return (call, done) => {
      try {
        const reply = this.#answer(name, answer, call.request);
        if (reply !== NEVER) done(null, reply as Message);
      } catch (error) {
        done(error as ServiceError);
      }
    };
  }

  #giveStream(name: string, answer: Answer | undefined): handleServerStreamingCall<Message, Message> {
    return (call) => {
      try {
        const reply = this.#answer(name, answer, call.request);
        if (reply === NEVER) return;
        for (const message of [reply].flat()) call.write(message);
        call.end();
      } catch (error) {
        call.emit("error", error);
      }
    };
  }

  /** As gobgpd does it: a failing message ends the stream, what came before it stays. */
  #takeStream(name: string, answer: Answer | undefined): handleClientStreamingCall<Message, Message> {
    return (call, done) => {
      let failed = false;
      call.on("data", (request: Message) => {
        if (failed) return;
        try {
          this.#answer(name, answer, request);
        } catch (error) {
          failed = true;
          done(error as ServiceError);
        }
      });
      call.on("end", () => failed || done(null, {}));
    };
  }
}

const END_OF_INIT = 2;
const liveWatch: handleServerStreamingCall<Message, Message> = (call) => {
  call.write({ peer: { type: END_OF_INIT, peer: {} } });
};

/** A web server, as one that a wrong port leads to. */
export async function serveHttp(): Promise<{ api: string; stop(): void }> {
  const server = createServer((_request, response) => response.end("hello"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { api: `127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => server.close() };
}
