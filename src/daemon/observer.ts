import type { Prefix } from "../core/address.ts";
import { messageOf, SpeakerUnreachable } from "../core/errors.ts";
import { speakerAfter } from "../core/model.ts";
import type { SpeakerOp } from "../core/op.ts";
import type { Clock, Kernel, Speaker } from "../core/ports.ts";
import type { KernelState, Observed } from "../core/state.ts";
import type { Reporter } from "./reporter.ts";

export interface ObserverOptions {
  /** undefined: `-network-setup=false`, nothing in the kernel is ours to read. */
  readonly kernel: Kernel | undefined;
  readonly speaker: Speaker;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** True: take it from the first look on that a gobgpd at whose address nothing listens is gone. False: only when this process has seen it alive. */
  readonly trustAbsence: boolean;
  /** Whether a path of gobgpd's is ours; all are unless given. */
  readonly ours?: (prefix: Prefix) => boolean;
  /** Paths that gobgpd held, or may have, when this process began. */
  readonly held?: ReadonlySet<Prefix>;
}

/** A kernel that could not be read is looked at again after 1 s, 2 s, 4 s, ... up to 60 s (milliseconds). */
const FIRST_MS = 1_000;
const MAX_MS = 60_000;
/** A look at the kernel that is older than this when gobgpd's half is there is made anew (milliseconds). */
const OLD_MS = 500;
const NO_KERNEL: KernelState = { links: new Map(), virtualServices: undefined };
const never = new AbortController().signal;

/** Looks at kernel and gobgpd, and remembers what gobgpd was last known to hold. */
export class Observer {
  readonly #options: ObserverOptions;
  #known: Observed["speaker"];
  #looked = false;
  #trusted: boolean;
  /** Looks at gobgpd that are under way, and what was sent while they were. */
  #looking = 0;
  readonly #assumed: SpeakerOp[] = [];
  /** Paths that gobgpd was last seen to hold, however long ago that was, and that we have not withdrawn since. */
  #held: Set<Prefix>;
  /** When paths of ours, or the gobgpd that held them, were found to be gone without our doing, on the clock. */
  goneAt = Number.NEGATIVE_INFINITY;

  /** Milliseconds from the last look at the kernel, which failed, to the next; undefined: it went well. */
  #pause: number | undefined;
  #lookAgainAt = Number.POSITIVE_INFINITY;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#trusted = options.trustAbsence;
    this.#held = new Set(options.held);
  }

  /** What gobgpd holds as far as anybody knows: the last good look, and what was sent since. A look that failed while gobgpd lives does not blot it out. */
  get known(): Observed["speaker"] {
    return this.#known;
  }

  /** When a look at the kernel that failed is due again, on the clock; Infinity where none has. */
  get lookAgainAt(): number {
    return this.#lookAgainAt;
  }

  /** Both halves; `onSpeaker` is told as soon as gobgpd's is there, for it may be long before the kernel's. */
  async look(onSpeaker: () => Promise<void>): Promise<Observed> {
    const { clock } = this.#options;
    let seenAt = clock.now();
    const [first, speaker] = await Promise.all([
      this.#kernel().finally(() => {
        seenAt = clock.now();
      }),
      this.lookAtSpeaker().then(async (state) => {
        await onSpeaker();
        return state;
      }),
    ]);
    // A gobgpd that hangs may have taken so long that the kernel is another by now: nothing is announced, and nothing deleted, by an old look.
    const kernel = clock.now() - seenAt > OLD_MS ? await this.#kernel() : first;
    // The kernel's half may have taken long: what was sent to gobgpd meanwhile is not to be sent again.
    return { kernel, speaker: speaker === undefined ? undefined : this.#known };
  }

  async lookAtSpeaker(): Promise<Observed["speaker"]> {
    const { speaker, reporter } = this.#options;
    const from = this.#assumed.length;
    this.#looking++;
    try {
      const state = await speaker.observe(never);
      // What was sent since the look began may be missing in it.
      const sent = this.#assumed.slice(from);
      const known = speakerAfter(state, sent);
      // A gobgpd that came back empty, the guard, an operator: routers have been told only just before.
      const gone = (prefix: Prefix) => !known.paths.has(prefix) && this.#options.ours?.(prefix) !== false;
      // Without a ledger nobody knows what an earlier life has announced, and whether the guard withdrew it only just before.
      const unremembered = !this.#looked && this.#options.held?.size === 0;
      this.#looked = true;
      if (unremembered || [...this.#held].some(gone)) this.goneAt = this.#options.clock.now();
      this.#known = known;
      this.#held = new Set(state.paths.keys());
      this.#release(sent);
      this.#trusted = true;
      reporter.trouble("reading gobgpd", undefined);
      return this.#known;
    } catch (error) {
      if (error instanceof SpeakerUnreachable) return this.#lost(error.absent && this.#trusted);
      reporter.trouble("reading gobgpd", messageOf(error));
      return undefined;
    } finally {
      if (--this.#looking === 0) this.#assumed.length = 0;
    }
  }

  /** Notes ops that are on their way or done, until the next look. */
  assume(ops: readonly SpeakerOp[]): void {
    if (this.#looking > 0) this.#assumed.push(...ops);
    if (this.#known !== undefined && this.#known !== "absent" && ops.length > 0)
      this.#known = speakerAfter(this.#known, ops);
    this.#release(ops);
  }

  #release(sent: readonly SpeakerOp[]): void {
    for (const op of sent) if (op.kind === "path.withdraw") this.#held.delete(op.prefix);
  }

  /** The speaker itself tells when it goes and comes, so this is no line in the log. */
  #lost(absent: boolean): Observed["speaker"] {
    if (absent && this.#known !== "absent") this.goneAt = this.#options.clock.now();
    if (absent) this.#held.clear();
    this.#known = absent ? "absent" : undefined;
    return this.#known;
  }

  async #kernel(): Promise<KernelState | undefined> {
    const { kernel, reporter } = this.#options;
    if (kernel === undefined) return NO_KERNEL;
    try {
      const state = await kernel.observe(never);
      reporter.trouble("reading the kernel", undefined);
      this.#pause = undefined;
      this.#lookAgainAt = Number.POSITIVE_INFINITY;
      return state;
    } catch (error) {
      reporter.trouble("reading the kernel", messageOf(error));
      this.#pause = this.#pause === undefined ? FIRST_MS : Math.min(MAX_MS, 2 * this.#pause);
      this.#lookAgainAt = this.#options.clock.now() + this.#pause;
      return undefined;
    }
  }
}
