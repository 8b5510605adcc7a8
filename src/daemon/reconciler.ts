import { claim, prune } from "../core/claim.ts";
import { conflicts } from "../core/conflict.ts";
import type { Desired } from "../core/desired.ts";
import { messageOf } from "../core/errors.ts";
import type { KernelOp, Op, OpResult, SpeakerOp } from "../core/op.ts";
import { describe } from "../core/op.ts";
import type { Ownership } from "../core/ownership.ts";
import { plan } from "../core/plan.ts";
import type { Observed } from "../core/state.ts";
import type { Status } from "../core/status.ts";
import { summarise } from "../core/status.ts";
import { Backoff } from "./backoff.ts";
import type { ObserverOptions } from "./observer.ts";
import { Observer } from "./observer.ts";

/** Where ownership is kept between lives. */
export interface OwnershipStore {
  save(owned: Ownership): Promise<void>;
}

export interface ReconcilerOptions extends Omit<ObserverOptions, "trustAbsence"> {
  readonly ledger: OwnershipStore;
  /** What should be, right now. */
  readonly desired: () => Desired;
  readonly owned: Ownership;
  /** Milliseconds between the last withdrawal and the first teardown. */
  readonly hold: () => number;
  /** See ObserverOptions; without it the ledger decides: nothing of ours can be in a gobgpd that nobody ever announced to. */
  readonly trustAbsence?: boolean;
  readonly onResult?: (result: OpResult) => void;
  /** Called now and then during a pass, between steps that each take seconds at most. */
  readonly onStep?: () => void;
}

/** Rounds of look, plan, apply in one pass: build, announce, tear down, and one to see that nothing is left. */
const ROUNDS = 4;
const UNSEEN = {
  kernel: "the command answered that it was done, but the kernel does not show it",
  speaker:
    "gobgpd answered that it was done, but its table does not show it: look for a policy or another program that changes it",
};

/** Brings kernel and gobgpd to what is wanted, one pass at a time. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #observer: Observer;
  readonly #backoff: Backoff;
  #owned: Ownership;
  #withdrawing: Promise<void> = Promise.resolve();
  #nextWithdrawal: Promise<void> | undefined;
  #lastWithdrawal: number;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    const trustAbsence = options.trustAbsence ?? options.owned.prefixes.size === 0;
    this.#observer = new Observer({ ...options, trustAbsence });
    this.#backoff = new Backoff(options.clock);
    this.#owned = options.owned;
    // An earlier life may have withdrawn the moment before it ended.
    this.#lastWithdrawal = options.owned.addresses.size > 0 ? options.clock.now() : Number.NEGATIVE_INFINITY;
  }

  /** The clock's time before which nothing is torn down. */
  get tearDownAt(): number {
    return Math.max(this.#lastWithdrawal, this.#observer.goneAt) + this.#options.hold();
  }

  /** When another pass is due by itself: a failed op's next try, or the end of the hold; Infinity when nothing waits. */
  get wakeAt(): number {
    const { tearDownAt } = this;
    return Math.min(
      this.#backoff.wakeAt,
      tearDownAt > this.#options.clock.now() ? tearDownAt : Number.POSITIVE_INFINITY,
    );
  }

  /**
   * Withdraws at once what must not attract traffic any more, by what gobgpd is known to hold; needs no look at the kernel and waits
   * for no pass. Calls that come while one waits for its turn are that one.
   */
  withdraw(): Promise<void> {
    this.#nextWithdrawal ??= this.#withdrawing.then(() => {
      this.#nextWithdrawal = undefined;
      return this.#withdrawUnwanted();
    });
    this.#withdrawing = this.#nextWithdrawal.catch(() => undefined);
    return this.#nextWithdrawal;
  }

  /** For a gobgpd that came back: what it must not announce is withdrawn before anything else is looked at. */
  async greet(): Promise<void> {
    await this.#observer.lookAtSpeaker();
    await this.withdraw();
  }

  /** One pass: withdraw, then look, plan and apply until nothing is left to do now. Answers what an operator may rely on. */
  async pass(): Promise<Status> {
    const { desired: wanted } = this.#options;
    await this.withdraw();
    const done = new Set<string>();
    let [desired, observed, planned] = [wanted(), NOTHING_SEEN, [] as readonly Op[]];
    for (let round = 0; round < ROUNDS; round++) {
      const before = this.#observer.known;
      observed = await this.#observer.look(async () => {
        if (before === undefined) await this.withdraw();
      });
      this.#options.onStep?.();
      desired = wanted();
      await this.#own(claim(desired, observed, this.#owned));
      planned = this.#plan(desired, observed);
      if (this.#disbelieve(planned.filter((op) => done.size > 0 && done.has(describe(op)))))
        planned = this.#plan(desired, observed);
      this.#backoff.keepOnly(planned);
      const ops = planned.filter((op) => this.#backoff.ready(op));
      if (ops.length === 0) break;
      for (const { op, ok } of await this.#apply(ops)) if (ok) done.add(describe(op));
    }
    await this.#own(
      prune(this.#owned, desired, this.#options.kernel === undefined ? { ...observed, kernel: undefined } : observed),
    );
    const standing = conflicts(desired, observed, this.#owned);
    this.#options.reporter.conflicts(standing);
    const left = planned.map(describe);
    const found = { conflicts: standing, failing: this.#backoff.failing, left };
    return summarise(desired, observed, await this.#observer.sent(), found);
  }

  async #withdrawUnwanted(): Promise<void> {
    const observed = { kernel: undefined, speaker: this.#observer.known };
    const ops = plan(this.#options.desired(), observed, this.#owned, { blocked: () => false, tearDown: false });
    await this.#apply(ops.filter((op) => op.kind === "path.withdraw" && this.#backoff.ready(op)));
  }

  #plan(desired: Desired, observed: Observed): readonly Op[] {
    const tearDown = this.#options.clock.now() >= this.tearDownAt;
    return plan(desired, observed, this.#owned, { blocked: (op) => !this.#backoff.ready(op), tearDown });
  }

  /** An op that went well and is planned again after the look did not do what it says. Answers whether there was one. */
  #disbelieve(again: readonly Op[]): boolean {
    this.#note(again.map((op) => ({ op, ok: false, error: UNSEEN[op.target] })));
    return again.length > 0;
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

  /** Applies in order, runs of one target together. */
  async #apply(ops: readonly Op[]): Promise<readonly OpResult[]> {
    const results: OpResult[] = [];
    while (results.length < ops.length) {
      const rest = ops.slice(results.length);
      const end = rest.findIndex((op) => op.target !== rest[0]?.target);
      const run = end < 0 ? rest : rest.slice(0, end);
      const kernel = run.filter((op) => op.target === "kernel");
      const applied =
        kernel.length > 0
          ? await this.#applyKernel(kernel)
          : await this.#applySpeaker(run.filter((op) => op.target === "speaker"));
      this.#options.onStep?.();
      this.#note(applied);
      results.push(...applied);
      if (applied.length < run.length) break;
    }
    return results;
  }

  async #applyKernel(ops: readonly KernelOp[]): Promise<readonly OpResult[]> {
    return (await this.#options.kernel?.apply(ops, new AbortController().signal)) ?? [];
  }

  /** What health has taken back since the plan was made is not announced, and ends the round. */
  async #applySpeaker(run: readonly SpeakerOp[]): Promise<readonly OpResult[]> {
    const { announcements } = this.#options.desired();
    const stale = run.findIndex(
      (op) => op.kind === "path.announce" && announcements.get(op.path.prefix)?.want !== "announce",
    );
    const ops = stale < 0 ? run : run.slice(0, stale);
    const withdraws = ops.some((op) => op.kind === "path.withdraw");
    if (withdraws) this.#lastWithdrawal = this.#options.clock.now();
    // Noted before the answer: a withdrawal that becomes due meanwhile has to know of a path that is on its way.
    this.#observer.assume(ops.filter((op) => op.kind === "path.announce"));
    const results = await this.#options.speaker.apply(ops, new AbortController().signal);
    this.#observer.assume(results.filter(({ op, ok }) => ok && op.kind === "path.withdraw").map(({ op }) => op));
    // The hold is for the routers: it begins when they have been told.
    if (withdraws) this.#lastWithdrawal = this.#options.clock.now();
    return results;
  }

  #note(results: readonly OpResult[]): void {
    if (results.length === 0) return;
    const news = results.map((result) => this.#backoff.note(result));
    this.#options.reporter.results(results, news, this.#options.desired());
    for (const result of results) this.#options.onResult?.(result);
  }
}

const NOTHING_SEEN: Observed = { kernel: undefined, speaker: undefined };
