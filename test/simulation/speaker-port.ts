import type { Random } from "../../lab/random.ts";
import type { Address } from "../../src/core/address.ts";
import { SpeakerUnreachable } from "../../src/core/errors.ts";
import { speakerAfter } from "../../src/core/model.ts";
import type { OpResult, SpeakerOp } from "../../src/core/op.ts";
import { describePath } from "../../src/core/path.ts";
import type { Sent, SentTo, SpeakerEvent } from "../../src/core/ports.ts";
import type { SpeakerState } from "../../src/core/state.ts";
import type { LiveSpeaker } from "../../src/daemon/parts.ts";
import type { Heard, ModelGobgpd } from "./model-gobgpd.ts";
import type { Outcome } from "./model-kernel.ts";
import type { Process } from "./process.ts";

export interface SpeakerWatcher {
  /** The process hands an op over; `seen` is what it last saw of gobgpd. */
  readonly onHanded: (by: Process, op: SpeakerOp) => void;
  readonly onSpeakerOp: (by: Process, op: SpeakerOp, seen: SpeakerState | undefined, outcome: Outcome) => void;
}

/** As the real connection has them (milliseconds): the wait between two tries, the deadline of a call, a hang until it is noticed, a bundle of table events. */
const RETRY_MS = 200;
const CALL_MS = 3_000;
const HUNG_MS = { least: 4_000, most: 5_000 };
const COALESCE_MS = 50;
const SILENT = "gobgpd does not answer within 3 s";

/** One process' connection to gobgpd, which it keeps by itself. */
export class SpeakerPort implements LiveSpeaker {
  readonly #process: Process;
  readonly #gobgpd: ModelGobgpd;
  readonly #random: Random;
  readonly #onEvent: (event: SpeakerEvent) => void;
  readonly #watcher: SpeakerWatcher;
  #connected = false;
  #why = new SpeakerUnreachable("gobgpd has not answered yet");
  #seen: SpeakerState | undefined;
  #next: () => void = () => undefined;
  #tableDue = false;
  #writing: Promise<unknown> = Promise.resolve();
  /** Ends the calls in flight when the connection ends. */
  #ended = Promise.withResolvers<string>();

  constructor(
    process: Process,
    gobgpd: ModelGobgpd,
    random: Random,
    onEvent: (event: SpeakerEvent) => void,
    watcher: SpeakerWatcher,
  ) {
    this.#process = process;
    this.#gobgpd = gobgpd;
    this.#random = random;
    this.#onEvent = onEvent;
    this.#watcher = watcher;
  }

  get connected(): boolean {
    return this.#connected;
  }

  start(): void {
    this.#gobgpd.listeners.add(this.#hear);
    this.#process.onEnd(() => this.#gobgpd.listeners.delete(this.#hear));
    this.#try();
  }

  stop(): Promise<void> {
    this.#gobgpd.listeners.delete(this.#hear);
    this.#next();
    this.#end("the connection to gobgpd was closed", false);
    return Promise.resolve();
  }

  async observe(): Promise<SpeakerState> {
    const { identity, originatorOnly, peers } = await this.#read(() => this.#gobgpd.snapshot());
    const { paths } = await this.#read(() => this.#gobgpd.snapshot());
    this.#seen = { identity, originatorOnly, peers, paths };
    return this.#seen;
  }

  sent(): Promise<Sent> {
    return this.#read(() => {
      const texts = new Map([...this.#gobgpd.paths].map(([prefix, path]) => [prefix, describePath(path)] as const));
      const found = new Map<Address, SentTo>();
      for (const [address, { session, updates }] of this.#gobgpd.peers)
        if (session !== undefined) found.set(address, { session, updates, paths: texts });
      return found;
    });
  }

  sessions(): Promise<ReadonlyMap<Address, string>> {
    return this.#read(() => {
      const peers = [...this.#gobgpd.peers].map(([address, { session }]) => [address, session] as const);
      return new Map(peers.filter((one): one is readonly [Address, string] => one[1] !== undefined));
    });
  }

  apply(ops: readonly SpeakerOp[]): Promise<readonly OpResult<SpeakerOp>[]> {
    for (const op of ops) this.#watcher.onHanded(this.#process, op);
    const seen = this.#seen;
    // What is on its way it counts with, as the controller does.
    const announcing = ops.filter(({ kind }) => kind === "path.announce");
    if (seen !== undefined) this.#seen = speakerAfter(seen, announcing);
    const turn = this.#writing.then(() => this.#write(ops, seen));
    this.#writing = turn;
    return turn;
  }

  async #write(ops: readonly SpeakerOp[], seen: SpeakerState | undefined): Promise<readonly OpResult<SpeakerOp>[]> {
    const results: OpResult<SpeakerOp>[] = [];
    let halted: string | undefined = this.#connected ? undefined : this.#why.message;
    for (const op of ops) {
      const error = halted ?? (await this.#send(op, seen));
      results.push(error === undefined ? { op, ok: true } : { op, ok: false, error });
      // As the real one: what no answer came to, and a BGP that does not start, make the rest useless.
      if (error !== undefined && (error === SILENT || !this.#connected || op.kind === "bgp.start")) halted ??= error;
    }
    return results;
  }

  #send(op: SpeakerOp, seen: SpeakerState | undefined): Promise<string | undefined> {
    return new Promise((resolve) => {
      const late = this.#process.after(CALL_MS, () => resolve(SILENT));
      void this.#ended.promise.then(resolve);
      this.#process.time.after(this.#random.between(0.2, 1), () =>
        this.#gobgpd.serve(() => {
          const outcome = this.#gobgpd.do(op);
          this.#watcher.onSpeakerOp(this.#process, op, seen, outcome);
          this.#process.after(0.2, () => {
            if (outcome.error === undefined && this.#seen !== undefined) this.#seen = speakerAfter(this.#seen, [op]);
            late();
            resolve(outcome.error);
          });
        }),
      );
    });
  }

  #read<Answer>(look: () => Answer): Promise<Answer> {
    if (!this.#connected) return Promise.reject(this.#why);
    return new Promise((resolve, reject) => {
      const late = this.#process.after(CALL_MS, () => reject(new SpeakerUnreachable(SILENT)));
      void this.#ended.promise.then((why) => reject(new SpeakerUnreachable(why)));
      this.#process.time.after(this.#random.between(0.2, 1), () => {
        this.#gobgpd.serve(() => {
          const answer = look();
          this.#process.after(0.2, () => {
            late();
            resolve(answer);
          });
        });
      });
    });
  }

  readonly #hear = (what: Heard): void => {
    if (what === "process") {
      this.#processChanged();
      return;
    }
    if (!this.#connected) return;
    this.#process.after(1, () => {
      if (!this.#connected) return;
      if (what !== "table") return this.#session(what);
      if (this.#tableDue) return;
      this.#tableDue = true;
      this.#process.after(COALESCE_MS, () => {
        this.#tableDue = false;
        if (this.#connected) this.#onEvent({ kind: "table" });
      });
    });
  };

  #session(peer: Address): void {
    const there = this.#gobgpd.peers.get(peer);
    if (there === undefined) return;
    this.#onEvent({ kind: "session", peer, state: there.session === undefined ? "active" : "established" });
  }

  #processChanged(): void {
    const { state } = this.#gobgpd;
    this.#next();
    if (state === "absent") this.#next = this.#process.after(1, () => this.#end("gobgpd cannot be reached", false));
    else if (state === "hangs")
      this.#next = this.#process.after(this.#random.between(HUNG_MS.least, HUNG_MS.most), () =>
        this.#end(SILENT, false),
      );
    else if (!this.#connected) this.#next = this.#process.after(this.#random.between(0, RETRY_MS), () => this.#try());
  }

  #try(): void {
    const { state } = this.#gobgpd;
    if (state === "absent") this.#why = new SpeakerUnreachable("nothing listens at gobgpd's address", true);
    if (state !== "runs" || this.#connected) return;
    this.#next = this.#process.after(this.#random.between(2, 20), () => {
      if (this.#gobgpd.state !== "runs") return;
      this.#connected = true;
      this.#ended = Promise.withResolvers();
      this.#onEvent({ kind: "up", version: "GoBGP 4", api: "model" });
      for (const peer of this.#gobgpd.peers.keys()) this.#session(peer);
    });
  }

  #end(why: string, absent: boolean): void {
    this.#why = new SpeakerUnreachable(why, absent);
    if (this.#connected) {
      this.#connected = false;
      this.#ended.resolve(why);
      this.#onEvent({ kind: "down", reason: why });
    }
    if (this.#gobgpd.state === "absent") this.#next = this.#process.after(RETRY_MS, () => this.#try());
  }
}
