import type { TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { credentials, Client as GrpcClient } from "@grpc/grpc-js";
import type { Address, Prefix } from "../../src/core/address.ts";
import type { OpResult, SpeakerOp } from "../../src/core/op.ts";
import type { Clock, SpeakerEvent } from "../../src/core/ports.ts";
import type { Identity, PeerConfig } from "../../src/core/state.ts";
import { GobgpSpeaker } from "../../src/speaker/speaker.ts";
import type { Tls } from "../../src/speaker/tls.ts";
import { Bird, type BirdOptions } from "../support/bird.ts";
import { Gobgpd } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";

export const clock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};

const AS = 64512;
export const ROUTER_ID = "10.0.0.1" as Address;
export const IDENTITY: Identity = { as: AS, routerId: ROUTER_ID, listenPort: -1 };

/** A gobgpd that is not started yet, a speaker that is, and what the speaker told. All of it ends with the test. */
export class Stage {
  readonly gobgpd: Gobgpd;
  readonly speaker: GobgpSpeaker;
  readonly events: SpeakerEvent[] = [];
  readonly #test: TestContext;

  private constructor(gobgpd: Gobgpd, test: TestContext, tls?: Tls) {
    this.gobgpd = gobgpd;
    this.#test = test;
    this.speaker = new GobgpSpeaker({ address: gobgpd.api, tls, clock, onEvent: (event) => this.events.push(event) });
  }

  static async set(test: TestContext, at?: string, tls?: Tls): Promise<Stage> {
    const stage = new Stage(await Gobgpd.place(at), test, tls);
    test.after(async () => {
      await stage.speaker.stop();
      await stage.gobgpd.remove();
    });
    return stage;
  }

  /** A second speaker, started, over a gobgpd that is there already. */
  static over(gobgpd: Gobgpd, test: TestContext, tls?: Tls): Stage {
    const stage = new Stage(gobgpd, test, tls);
    test.after(() => stage.speaker.stop());
    stage.speaker.start();
    return stage;
  }

  /** Starts gobgpd and the speaker, and resolves when the speaker is up. */
  async up(binary: string, ...flags: readonly string[]): Promise<void> {
    await this.gobgpd.start(binary, ...flags);
    this.speaker.start();
    await this.event("up");
  }

  async bird(options: Omit<BirdOptions, "neighborAs">): Promise<Bird> {
    const bird = await Bird.start({ ...options, neighborAs: AS });
    this.#test.after(() => bird.stop());
    return bird;
  }

  /** Resolves when the speaker has told `count` events of the kind. */
  async event(kind: SpeakerEvent["kind"], count = 1): Promise<void> {
    const found = () => this.count(kind);
    await until(`event ${kind} number ${count}`, () => found() >= count, { found: () => this.events });
  }

  count(kind: SpeakerEvent["kind"]): number {
    return this.events.filter((event) => event.kind === kind).length;
  }

  /** Why the speaker last said that it is down. */
  get reason(): string {
    return this.events.findLast((event) => event.kind === "down")?.reason ?? "";
  }

  apply(...ops: readonly SpeakerOp[]): Promise<readonly OpResult<SpeakerOp>[]> {
    return this.speaker.apply(ops, never());
  }

  /** Applies ops that must all go well. */
  async must(...ops: readonly SpeakerOp[]): Promise<void> {
    const failed = (await this.apply(...ops)).filter((result) => !result.ok);
    if (failed.length > 0) throw new Error(`${failed.length} ops failed, first: ${failed[0]?.error}`);
  }

  observe() {
    return this.speaker.observe(never());
  }

  /** The prefixes that gobgpd holds as ours, sorted. */
  async held(): Promise<readonly string[]> {
    return [...(await this.observe()).paths.keys()].sort();
  }
}

export function never(): AbortSignal {
  return new AbortController().signal;
}

export const start = (identity: Partial<Identity> = {}): SpeakerOp => ({
  target: "speaker",
  kind: "bgp.start",
  identity: { ...IDENTITY, ...identity },
});
export const policy: SpeakerOp = { target: "speaker", kind: "policy.set" };
export const announce = (prefix: string, nextHop: string = ROUTER_ID): SpeakerOp => ({
  target: "speaker",
  kind: "path.announce",
  path: { prefix: prefix as Prefix, nextHop: nextHop as Address },
});
export const withdraw = (prefix: string): SpeakerOp => ({
  target: "speaker",
  kind: "path.withdraw",
  prefix: prefix as Prefix,
});
export const addPeer = (peer: PeerConfig): SpeakerOp => ({ target: "speaker", kind: "peer.add", peer });
export const updatePeer = (peer: PeerConfig): SpeakerOp => ({ target: "speaker", kind: "peer.update", peer });
export const deletePeer = (address: string): SpeakerOp => ({
  target: "speaker",
  kind: "peer.delete",
  address: address as Address,
});

/** Sends raw bytes to a method that the speaker itself never calls; rejects with grpc-js' error. */
export function rawCall(api: string, path: string, request = Buffer.alloc(0)): Promise<Buffer> {
  const client = new GrpcClient(api, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
  return new Promise<Buffer>((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      request,
      { deadline: Date.now() + 5000 } as never,
      (error, reply) => (error === null ? resolve(reply ?? Buffer.alloc(0)) : reject(error)),
    );
  }).finally(() => client.close());
}
