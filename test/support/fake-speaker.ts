import type { Address } from "../../src/core/address.ts";
import { SpeakerUnreachable } from "../../src/core/errors.ts";
import { speakerAfter } from "../../src/core/model.ts";
import type { OpResult, SpeakerOp } from "../../src/core/op.ts";
import type { Sent, Speaker } from "../../src/core/ports.ts";
import type { SpeakerState } from "../../src/core/state.ts";
import { EMPTY_SPEAKER } from "./world.ts";

/** A small model of a gobgpd with one writer, whose faults a test decides. */
export class FakeSpeaker implements Speaker {
  state: SpeakerState = EMPTY_SPEAKER;
  reach: "up" | "silent" | "absent" = "up";
  refuse: (op: SpeakerOp) => string | undefined = () => undefined;
  readonly applied: SpeakerOp[] = [];
  /** The name of every session, and the UPDATEs that were written in each. */
  session = "1";
  updates = 1;
  /** Told before each op takes effect. */
  before: (op: SpeakerOp) => void = () => {};
  /** Every op that was handed over, whether its turn came or not. */
  readonly asked: SpeakerOp[] = [];
  /** Told of a batch when it is handed over, which may be long before it takes effect. */
  handed: (ops: readonly SpeakerOp[]) => void = () => {};
  /** Each look waits here first, each batch before its first op, and each answer after its last: a slow gobgpd. */
  observing: () => Promise<void> = () => Promise.resolve();
  applying: () => Promise<void> = () => Promise.resolve();
  answering: () => Promise<void> = () => Promise.resolve();
  #writing: Promise<unknown> = Promise.resolve();

  async observe(): Promise<SpeakerState> {
    await this.observing();
    this.#reached();
    return this.state;
  }

  apply(ops: readonly SpeakerOp[]): Promise<readonly OpResult<SpeakerOp>[]> {
    this.handed(ops);
    this.asked.push(...ops);
    const turn = this.#writing.then(() => this.#write(ops));
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  async sent(): Promise<Sent> {
    await Promise.resolve();
    this.#reached();
    const texts = [...this.state.paths].map(([prefix, path]) => [prefix, JSON.stringify(path)] as const);
    const to = { session: this.session, updates: this.updates, paths: new Map(texts) };
    return new Map([...(await this.sessions()).keys()].map((peer) => [peer, to]));
  }

  async sessions(): Promise<ReadonlyMap<Address, string>> {
    await Promise.resolve();
    this.#reached();
    const up = [...this.state.peers.values()].filter((peer) => peer.session === "established");
    return new Map(up.map((peer) => [peer.address, this.session]));
  }

  /** What kill -9 and a restart by systemd leave: nothing. */
  restartEmpty(): void {
    this.state = EMPTY_SPEAKER;
  }

  establish(): void {
    const peers = [...this.state.peers].map(
      ([address, peer]) => [address, { ...peer, session: "established" as const }] as const,
    );
    this.state = { ...this.state, peers: new Map(peers) };
  }

  async #write(ops: readonly SpeakerOp[]): Promise<OpResult<SpeakerOp>[]> {
    const results: OpResult<SpeakerOp>[] = [];
    await this.applying();
    for (const op of ops) {
      await Promise.resolve();
      this.before(op);
      const started = this.state.identity !== undefined || op.kind === "bgp.start";
      const error =
        this.reach !== "up" ? "gobgpd does not answer" : started ? this.refuse(op) : "bgp server hasn't started yet";
      if (error === undefined) {
        this.state = speakerAfter(this.state, [op]);
        this.applied.push(op);
      }
      results.push(error === undefined ? { op, ok: true } : { op, ok: false, error });
    }
    await this.answering();
    return results;
  }

  #reached(): void {
    if (this.reach !== "up") throw new SpeakerUnreachable("gobgpd does not answer", this.reach === "absent");
  }
}
