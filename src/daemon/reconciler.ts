import { claim, prune } from "../core/claim.ts";
import { conflicts } from "../core/conflict.ts";
import type { Desired } from "../core/desired.ts";
import { messageOf, SpeakerUnreachable } from "../core/errors.ts";
import { speakerAfter } from "../core/model.ts";
import type { Op, OpResult, SpeakerOp } from "../core/op.ts";
import type { Ownership } from "../core/ownership.ts";
import { plan } from "../core/plan.ts";
import { isBuilding } from "../core/plan-build.ts";
import type { Clock, Kernel, Sent, Speaker } from "../core/ports.ts";
import type { KernelState, Observed } from "../core/state.ts";
import type { Status } from "../core/status.ts";
import { summarise } from "../core/status.ts";
import type { News } from "./backoff.ts";
import { Backoff } from "./backoff.ts";
import type { Reporter } from "./reporter.ts";

/** Where ownership is kept between lives. */
export interface OwnershipStore {
  save(owned: Ownership): Promise<void>;
}

export interface ReconcilerOptions {
  /** undefined: `-network-setup=false`, nothing in the kernel is ours to read or change. */
  readonly kernel: Kernel | undefined;
  readonly speaker: Speaker;
  readonly clock: Clock;
  readonly ledger: OwnershipStore;
  readonly reporter: Reporter;
  /** What should be, right now. */
  readonly desired: () => Desired;
  readonly owned: Ownership;
  /** Milliseconds between the last withdrawal and the first teardown. */
  readonly hold: number;
  readonly onResult?: (result: OpResult, news: News) => void;
}

const NO_KERNEL: KernelState = { links: new Map(), virtualServices: undefined };

/** Rounds of look, plan, apply in one pass: build, announce, tear down, and one to see that nothing is left. */
const ROUNDS = 4;

/** Brings kernel and gobgpd to what is wanted, one pass at a time. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #backoff: Backoff;
  #owned: Ownership;
  #seen: Observed = { kernel: undefined, speaker: undefined };
  #withdrawing: Promise<void> = Promise.resolve();
  #lastWithdrawal = Number.NEGATIVE_INFINITY;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.clock);
    this.#owned = options.owned;
  }

  /** What the last pass saw. */
  get seen(): Observed {
    return this.#seen;
  }

  /** The clock's time before which nothing is torn down. */
  get tearDownAt(): number {
    return this.#lastWithdrawal + this.#options.hold;
  }

  /** When another pass is due by itself: a failed op's next try, or the end of the hold; Infinity when nothing waits. */
  get wakeAt(): number {
    const { clock } = this.#options;
    return Math.min(this.#backoff.wakeAt, this.tearDownAt > clock.now() ? this.tearDownAt : Number.POSITIVE_INFINITY);
  }

  /** Withdraws at once what must not attract traffic any more, by what was last seen in gobgpd; needs no look at the kernel and waits for no pass. */
  withdraw(): Promise<void> {
    // One after the other: the second would repeat what the first has sent and not yet heard of.
    const turn = this.#withdrawing.then(() => this.#withdrawUnwanted());
    this.#withdrawing = turn.catch(() => undefined);
    return turn;
  }

  async #withdrawUnwanted(): Promise<void> {
    const desired = this.#options.desired();
    const observed = { kernel: undefined, speaker: this.#seen.speaker };
    const ops = plan(desired, observed, this.#owned, { repair: true, tearDown: false });
    await this.#apply(ops.filter((op) => op.kind === "path.withdraw" && this.#backoff.ready(op)));
  }

  /** One pass: withdraw, then look, plan and apply until nothing is left to do now. Answers what an operator may rely on. */
  async pass(): Promise<Status> {
    const { reporter, clock } = this.#options;
    await this.withdraw();
    let desired = this.#options.desired();
    let observed = this.#seen;
    for (let round = 0; round < ROUNDS; round++) {
      observed = await this.#observe();
      desired = this.#options.desired();
      await this.#own(claim(desired, observed, this.#owned));
      const tearDown = clock.now() >= this.tearDownAt;
      const planned = plan(desired, observed, this.#owned, { repair: round === 0, tearDown });
      this.#backoff.keepOnly(planned);
      let ops = planned.filter((op) => this.#backoff.ready(op));
      // A repair that has to wait for its next try is no reason to keep drawing traffic to what is broken.
      if (planned.some((op) => isBuilding(op) && !this.#backoff.ready(op))) {
        ops = plan(desired, observed, this.#owned, { repair: false, tearDown }).filter((op) => this.#backoff.ready(op));
      }
      if (ops.length === 0) break;
      await this.#apply(ops);
    }
    await this.#own(prune(this.#owned, desired, observed));
    const standing = conflicts(desired, observed, this.#owned);
    reporter.conflicts(standing);
    return summarise(desired, observed, await this.#sent(observed), {
      conflicts: standing,
      failing: this.#backoff.failing,
    });
  }

  async #observe(): Promise<Observed> {
    const { kernel, speaker, reporter } = this.#options;
    const signal = new AbortController().signal;
    const [kernelState, speakerState] = await Promise.all([
      (kernel?.observe(signal) ?? Promise.resolve(NO_KERNEL)).then(
        (state) => {
          reporter.trouble("reading the kernel", undefined);
          return state;
        },
        (error: unknown) => {
          reporter.trouble("reading the kernel", messageOf(error));
          return undefined;
        },
      ),
      speaker.observe(signal).then(
        (state) => {
          reporter.trouble("reading gobgpd", undefined);
          return state;
        },
        (error: unknown) => {
          // The speaker itself tells when it goes and comes.
          if (error instanceof SpeakerUnreachable) return error.absent ? ("absent" as const) : undefined;
          reporter.trouble("reading gobgpd", messageOf(error));
          return undefined;
        },
      ),
    ]);
    this.#seen = { kernel: kernelState, speaker: speakerState };
    return this.#seen;
  }

  async #sent(observed: Observed): Promise<Sent> {
    const { speaker } = observed;
    if (speaker === undefined || speaker === "absent" || speaker.paths.size === 0) return new Map();
    try {
      return await this.#options.speaker.sent(new AbortController().signal);
    } catch (error) {
      if (!(error instanceof SpeakerUnreachable)) this.#options.reporter.trouble("reading gobgpd", messageOf(error));
      return new Map();
    }
  }

  /** Remembers before it is made what is about to be ours. A disk that refuses is told, and stops nothing. */
  async #own(owned: Ownership): Promise<void> {
    this.#owned = owned;
    try {
      await this.#options.ledger.save(owned);
      this.#options.reporter.trouble("state directory", undefined);
    } catch (error) {
      this.#options.reporter.trouble("state directory", `${messageOf(error)}; going on without a ledger on disk`);
    }
  }

  /** Applies in order, runs of one target together; what health has taken back since the plan was made is not announced. */
  async #apply(ops: readonly Op[]): Promise<void> {
    let rest = ops;
    while (rest.length > 0) {
      const target = rest[0]?.target;
      const end = rest.findIndex((op) => op.target !== target);
      const run = end < 0 ? rest : rest.slice(0, end);
      rest = rest.slice(run.length);
      this.#note(target === "kernel" ? await this.#applyKernel(run) : await this.#applySpeaker(run));
    }
  }

  async #applyKernel(run: readonly Op[]): Promise<readonly OpResult[]> {
    const ops = run.filter((op) => op.target === "kernel");
    return (await this.#options.kernel?.apply(ops, new AbortController().signal)) ?? [];
  }

  async #applySpeaker(run: readonly Op[]): Promise<readonly OpResult[]> {
    const { announcements } = this.#options.desired();
    const ops = run
      .filter((op): op is SpeakerOp => op.target === "speaker")
      .filter((op) => op.kind !== "path.announce" || announcements.get(op.path.prefix)?.want === "announce");
    if (ops.some((op) => op.kind === "path.withdraw")) this.#lastWithdrawal = this.#options.clock.now();
    // Noted before the answer: a withdrawal that becomes due meanwhile has to know of a path that is on its way.
    const { speaker } = this.#seen;
    const on = ops.filter((op) => op.kind === "path.announce");
    if (speaker !== undefined && speaker !== "absent")
      this.#seen = { ...this.#seen, speaker: on.reduce(speakerAfter, speaker) };
    const results = await this.#options.speaker.apply(ops, new AbortController().signal);
    this.#forget(results);
    return results;
  }

  #forget(results: readonly OpResult<SpeakerOp>[]): void {
    const { speaker } = this.#seen;
    if (speaker === undefined || speaker === "absent") return;
    const gone = results.filter(({ op, ok }) => ok && op.kind === "path.withdraw").map(({ op }) => op);
    this.#seen = { ...this.#seen, speaker: gone.reduce(speakerAfter, speaker) };
  }

  #note(results: readonly OpResult[]): void {
    const news = results.map((result) => this.#backoff.note(result));
    this.#options.reporter.results(results, news, this.#options.desired());
    for (const [index, result] of results.entries()) this.#options.onResult?.(result, news[index] ?? "ok");
  }
}
