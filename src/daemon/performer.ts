import type { Prefix } from "../core/address.ts";
import type { Desired } from "../core/desired.ts";
import type { Repair, Standing } from "../core/mended.ts";
import { repairOf } from "../core/mended.ts";
import type { KernelOp, Op, OpResult, SpeakerOp } from "../core/op.ts";
import type { Clock, Kernel, Speaker } from "../core/ports.ts";
import type { Observed } from "../core/state.ts";
import type { Backoff } from "./backoff.ts";
import type { Observer } from "./observer.ts";
import type { Prover } from "./prover.ts";
import type { Reporter } from "./reporter.ts";

export interface PerformerOptions {
  readonly kernel: Kernel | undefined;
  readonly speaker: Speaker;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly observer: Observer;
  readonly prover: Prover;
  readonly backoff: Backoff;
  /** What should be, right now. */
  readonly desired: () => Desired;
  readonly onResult?: (result: OpResult) => void;
  readonly onStep?: () => void;
  readonly onRepair?: (repair: Repair) => void;
  /** A path that this process had announced before, and that gobgpd had lost, was announced again. */
  readonly onReinjection?: () => void;
}

/** Does what was planned, and tells everybody who has to know how it went. */
export class Performer {
  readonly #options: PerformerOptions;
  /** When the last withdrawal was sent, on the clock. */
  lastWithdrawal = Number.NEGATIVE_INFINITY;
  /** How things stood when the last pass ended, the paths that we have sent or withdrawn since, and what others had taken away and was put back. */
  #standing: Standing | undefined;
  readonly #sent = new Set<Prefix>();
  readonly #repairs: Repair[] = [];
  /** What this process has announced and not withdrawn. */
  readonly #announced = new Set<Prefix>();

  constructor(options: PerformerOptions) {
    this.#options = options;
  }

  /** Applies in order, runs of one target together. */
  async apply(ops: readonly Op[]): Promise<readonly OpResult[]> {
    const results: OpResult[] = [];
    while (results.length < ops.length) {
      const rest = ops.slice(results.length);
      const end = rest.findIndex((op) => op.target !== rest[0]?.target);
      const run = end < 0 ? rest : rest.slice(0, end);
      const kernel = run.filter((op) => op.target === "kernel");
      const desired = this.#options.desired();
      const applied =
        kernel.length > 0
          ? await this.#applyKernel(kernel)
          : await this.#applySpeaker(run.filter((op) => op.target === "speaker"));
      this.#options.onStep?.();
      this.note(applied, desired);
      results.push(...applied);
      if (applied.length < run.length) break;
    }
    return results;
  }

  /** A pass has ended: what it put back of what others had taken away is told. */
  passed(standing: Standing): void {
    this.#options.reporter.repaired(this.#repairs.splice(0));
    this.#standing = standing;
    this.#sent.clear();
  }

  /** `desired`: what called for these ops; by now health may want something else. */
  note(results: readonly OpResult[], desired = this.#options.desired()): void {
    if (results.length === 0) return;
    const news = results.map((result) => this.#options.backoff.note(result));
    this.#options.reporter.results(results, news, desired);
    for (const result of results) {
      this.#options.onResult?.(result);
      if (result.ok) this.#notice(result.op);
      // What gobgpd has never shown it cannot have lost.
      else if (result.unseen === true && result.op.kind === "path.announce")
        this.#announced.delete(result.op.path.prefix);
    }
  }

  #notice(op: Op): void {
    const own = op.kind === "path.announce" && this.#sent.has(op.path.prefix);
    if (op.kind === "path.announce") {
      this.#sent.add(op.path.prefix);
      this.#announced.add(op.path.prefix);
    }
    if (op.kind === "path.withdraw") {
      this.#sent.add(op.prefix);
      this.#announced.delete(op.prefix);
    }
    if (this.#standing === undefined || own) return;
    const repair = repairOf(op, this.#standing);
    // A link that is made again is set up as well, and that is one repair.
    if (
      repair === undefined ||
      (op.kind === "link.up" && this.#repairs.some(({ found }) => found === `link ${op.link} was absent`))
    )
      return;
    this.#repairs.push(repair);
    this.#options.onRepair?.(repair);
  }

  #isLost(prefix: Prefix, held: Observed["speaker"]): boolean {
    return this.#announced.has(prefix) && !(typeof held === "object" && held.paths.has(prefix));
  }

  async #applyKernel(ops: readonly KernelOp[]): Promise<readonly OpResult<KernelOp>[]> {
    return (await this.#options.kernel?.apply(ops, new AbortController().signal)) ?? [];
  }

  /** What health has taken back since the plan was made is not announced, and ends the round. */
  async #applySpeaker(run: readonly SpeakerOp[]): Promise<readonly OpResult<SpeakerOp>[]> {
    const { observer, prover, clock, speaker } = this.#options;
    const { announcements } = this.#options.desired();
    const stale = run.findIndex(
      (op) => op.kind === "path.announce" && announcements.get(op.path.prefix)?.want !== "announce",
    );
    const ops = stale < 0 ? run : run.slice(0, stale);
    const withdraws = ops.some((op) => op.kind === "path.withdraw");
    if (withdraws) this.lastWithdrawal = clock.now();
    const held = observer.known;
    prover.sending(new Set(ops.flatMap(prefixOf)), (prefix) => typeof held !== "object" || !held.paths.has(prefix));
    // Noted before the answer: a withdrawal that becomes due meanwhile has to know of a path that is on its way.
    observer.assume(ops.filter((op) => op.kind === "path.announce"));
    const again = new Set(ops.filter((op) => op.kind === "path.announce" && this.#isLost(op.path.prefix, held)));
    const results = await speaker.apply(ops, new AbortController().signal);
    for (const { op, ok } of results) if (ok && again.has(op)) this.#options.onReinjection?.();
    observer.assume(results.filter(({ op, ok }) => ok && op.kind === "path.withdraw").map(({ op }) => op));
    // The hold is for the routers: it begins when they have been told.
    if (withdraws) this.lastWithdrawal = clock.now();
    return results;
  }
}

function prefixOf(op: SpeakerOp): readonly Prefix[] {
  if (op.kind === "path.announce") return [op.path.prefix];
  return op.kind === "path.withdraw" ? [op.prefix] : [];
}
