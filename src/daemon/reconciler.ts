import type { Prefix } from "../core/address.ts";
import { claim, prune } from "../core/claim.ts";
import { conflicts } from "../core/conflict.ts";
import type { Desired } from "../core/desired.ts";
import { messageOf } from "../core/errors.ts";
import type { Op } from "../core/op.ts";
import { describe } from "../core/op.ts";
import type { Ownership } from "../core/ownership.ts";
import { plan } from "../core/plan.ts";
import type { Observed } from "../core/state.ts";
import type { Found, Status } from "../core/status.ts";
import { summarise } from "../core/status.ts";
import { Backoff } from "./backoff.ts";
import { Departures } from "./departures.ts";
import type { GraceTimes } from "./grace.ts";
import { Grace } from "./grace.ts";
import { Observer } from "./observer.ts";
import { Performer } from "./performer.ts";
import { Prover } from "./prover.ts";
import type { ReconcilerOptions } from "./reconciler-options.ts";

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
  /** What is proven to have arrived at the peers. */
  readonly prover: Prover;
  readonly #performer: Performer;
  readonly #grace: Grace;
  readonly #departures: Departures;
  readonly #backoff: Backoff;
  #owned: Ownership;
  #withdrawing: Promise<void> = Promise.resolve();
  #nextWithdrawal: Promise<void> | undefined;
  #last: readonly [Desired, Observed, Found] | undefined;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    const ours = (prefix: Prefix) => this.#owned.prefixes.has(prefix);
    const trustAbsence = options.trustAbsence ?? options.owned.prefixes.size === 0;
    this.#observer = new Observer({ ...options, trustAbsence, ours, held: options.owned.prefixes });
    this.prover = new Prover(options);
    this.#backoff = new Backoff(options.clock);
    this.#performer = new Performer({
      ...options,
      observer: this.#observer,
      prover: this.prover,
      backoff: this.#backoff,
    });
    this.#grace = new Grace({
      clock: options.clock,
      times: options.grace ?? (() => FOR_EVER),
      onEnd: () =>
        void this.withdraw().catch((error: unknown) => options.reporter.trouble("a withdrawal", messageOf(error))),
    });
    this.#departures = new Departures(options);
    this.#owned = options.owned;
    // An earlier life may have withdrawn the moment before it ended.
    if (options.owned.addresses.size > 0) this.#performer.lastWithdrawal = options.clock.now();
  }

  /** The clock's time before which nothing is torn down. */
  get tearDownAt(): number {
    return Math.max(this.#performer.lastWithdrawal, this.#observer.goneAt) + this.#options.hold();
  }

  /** When another pass is due by itself: the next try of a failed op or look, the end of the hold or of a real server's time; Infinity when nothing waits. */
  get wakeAt(): number {
    const holdEnd = this.tearDownAt > this.#options.clock.now() ? this.tearDownAt : Number.POSITIVE_INFINITY;
    return Math.min(this.#backoff.wakeAt, this.#observer.lookAgainAt, this.#departures.endsAt, holdEnd);
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
    // The last op that went well on each thing: between two that are alike a wish may have changed, and changed back.
    const done = new Map<string, string>();
    let [desired, observed, planned] = [wanted(), NOTHING_SEEN, [] as readonly Op[]];
    for (let round = 0; round < ROUNDS; round++) {
      const before = this.#observer.known;
      observed = await this.#observer.look(async () => {
        if (before === undefined) await this.withdraw();
      });
      this.#options.onStep?.();
      desired = wanted();
      this.#grace.saw(desired, observed);
      await this.#own(claim(desired, observed, this.#owned));
      this.#departures.saw(desired, observed, this.#owned);
      planned = this.#plan(desired, observed);
      if (this.#disbelieve(planned.filter((op) => done.size > 0 && done.get(thingOf(op)) === describe(op))))
        planned = this.#plan(desired, observed);
      this.#backoff.keepOnly(planned);
      const ops = planned.filter((op) => this.#backoff.ready(op));
      if (ops.length === 0) break;
      for (const { op, ok } of await this.#performer.apply(ops)) if (ok) done.set(thingOf(op), describe(op));
    }
    await this.#own(
      prune(this.#owned, desired, this.#options.kernel === undefined ? { ...observed, kernel: undefined } : observed),
    );
    const standing = conflicts(desired, observed, this.#owned);
    this.#options.reporter.conflicts(standing);
    // A setting that cannot be set is told, and keeps nothing waiting.
    const left = planned.filter(({ kind }) => kind !== "sysctl.set").map(describe);
    this.#performer.passed({ desired, observed, left: new Set(left) });
    this.#last = [desired, observed, { conflicts: standing, failing: this.#backoff.failing, left }];
    return this.#proven(...this.#last);
  }

  /** Both halves as they are now, and what is ours in them; may be asked beside a pass, and changes nothing. */
  async survey(): Promise<{ readonly observed: Observed; readonly owned: Ownership }> {
    const observed = await this.#observer.look(() => Promise.resolve());
    return { observed, owned: this.#owned };
  }

  /** Both halves as they were last seen, and what is ours in them; undefined before the first pass. */
  get seen(): { readonly observed: Observed; readonly owned: Ownership } | undefined {
    if (this.#last === undefined) return undefined;
    return { observed: { ...this.#last[1], speaker: this.#observer.known }, owned: this.#owned };
  }

  /** Looks again at what has arrived at the peers, and at nothing else; answers as the last pass did, with that. */
  async prove(): Promise<Status | undefined> {
    if (this.#last === undefined) return undefined;
    return this.#proven(...this.#last);
  }

  /** These are ours, as somebody knows who was told before they were announced: an earlier life did, and its ledger is lost. */
  recall(prefixes: readonly Prefix[]): Promise<void> {
    return this.#own({ ...this.#owned, prefixes: this.#owned.prefixes.union(new Set(prefixes)) });
  }

  /** To be called after the last pass; nothing is withdrawn by time alone any more. */
  stop(): void {
    this.#grace.stop();
  }

  async #proven(desired: Desired, observed: Observed, found: Found): Promise<Status> {
    const wanted = (prefix: Prefix) => desired.announcements.get(prefix)?.want === "announce";
    return summarise(desired, observed, await this.prover.look(observed.speaker, wanted), found);
  }

  async #withdrawUnwanted(): Promise<void> {
    const observed = { kernel: undefined, speaker: this.#observer.known };
    const ops = this.#plan(this.#options.desired(), observed);
    await this.#performer.apply(ops.filter((op) => op.kind === "path.withdraw" && this.#backoff.ready(op)));
    this.#options.reporter.trouble("a withdrawal", undefined);
  }

  #plan(desired: Desired, observed: Observed): readonly Op[] {
    const tearDown = this.#options.clock.now() >= this.tearDownAt;
    const blocked = (op: Op) => !this.#backoff.ready(op);
    const over = (prefix: Prefix) => this.#grace.isOver(prefix);
    const departed = this.#departures.over;
    return (this.#options.plan ?? plan)(desired, observed, this.#owned, { blocked, over, departed, tearDown });
  }

  /** An op that went well and is planned again after the look did not do what it says. Answers whether there was one. */
  #disbelieve(again: readonly Op[]): boolean {
    this.#performer.note(again.map((op) => ({ op, ok: false, error: UNSEEN[op.target], unseen: true })));
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
}

function thingOf(op: Op): string {
  return op.kind === "path.announce" ? op.path.prefix : op.kind === "path.withdraw" ? op.prefix : describe(op);
}

const FOR_EVER: GraceTimes = { repair: Number.POSITIVE_INFINITY, sight: Number.POSITIVE_INFINITY };
const NOTHING_SEEN: Observed = { kernel: undefined, speaker: undefined };
