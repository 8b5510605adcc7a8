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
}

const NO_KERNEL: KernelState = { links: new Map(), virtualServices: undefined };
const never = new AbortController().signal;

/** Looks at kernel and gobgpd, and remembers what gobgpd was last known to hold. */
export class Observer {
  readonly #options: ObserverOptions;
  #known: Observed["speaker"];
  #trusted: boolean;
  /** Looks at gobgpd that are under way, and what was sent while they were. */
  #looking = 0;
  readonly #assumed: SpeakerOp[] = [];
  /** When the gobgpd that held our paths was found to be gone, on the clock. */
  goneAt = Number.NEGATIVE_INFINITY;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#trusted = options.trustAbsence;
  }

  /** What gobgpd holds as far as anybody knows: the last good look, and what was sent since. A look that failed while gobgpd lives does not blot it out. */
  get known(): Observed["speaker"] {
    return this.#known;
  }

  /** Both halves; `onSpeaker` is told as soon as gobgpd's is there, for it may be long before the kernel's. */
  async look(onSpeaker: () => Promise<void>): Promise<Observed> {
    const [kernel, speaker] = await Promise.all([
      this.#kernel(),
      this.lookAtSpeaker().then(async (state) => {
        await onSpeaker();
        return state;
      }),
    ]);
    return { kernel, speaker };
  }

  async lookAtSpeaker(): Promise<Observed["speaker"]> {
    const { speaker, reporter } = this.#options;
    const from = this.#assumed.length;
    this.#looking++;
    try {
      const state = await speaker.observe(never);
      // What was sent since the look began may be missing in it.
      this.#known = speakerAfter(state, this.#assumed.slice(from));
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
  }

  /** The speaker itself tells when it goes and comes, so this is no line in the log. */
  #lost(absent: boolean): Observed["speaker"] {
    if (absent && this.#known !== "absent") this.goneAt = this.#options.clock.now();
    this.#known = absent ? "absent" : undefined;
    return this.#known;
  }

  async #kernel(): Promise<KernelState | undefined> {
    const { kernel, reporter } = this.#options;
    if (kernel === undefined) return NO_KERNEL;
    try {
      const state = await kernel.observe(never);
      reporter.trouble("reading the kernel", undefined);
      return state;
    } catch (error) {
      reporter.trouble("reading the kernel", messageOf(error));
      return undefined;
    }
  }
}
