import type { Desired, Intent, Stage } from "../core/desired.ts";
import { derive } from "../core/desired.ts";
import { messageOf } from "../core/errors.ts";
import type { Verdict } from "../core/health.ts";
import type { SpeakerEvent } from "../core/ports.ts";
import { Beacon } from "./beacon.ts";
import { exposure } from "./exposure.ts";
import { hearLinks } from "./hearing.ts";
import { Journal } from "./journal.ts";
import { keepLease } from "./lease.ts";
import { leaveInOrder } from "./leave.ts";
import { openReconciler } from "./open-reconciler.ts";
import { Operations, type OperationsOptions } from "./operations.ts";
import type { Parts } from "./parts.ts";
import type { Reconciler } from "./reconciler.ts";
import { type ReloadTerms, type Reread, refuseCostly, summary } from "./reload.ts";
import { Reporter } from "./reporter.ts";
import { Rounds } from "./rounds.ts";
import type { Settings } from "./settings.ts";
import { intentOf } from "./settings.ts";
import { SpeakerNews } from "./speaker-news.ts";
import { Trigger } from "./trigger.ts";
import { version } from "./version.ts";
import { Watch } from "./watch.ts";
import { watched } from "./watched.ts";

/** Peers wait this long for the first verdicts of all services, then they come up with what is known. */
const FIRST_VERDICTS_MS = 5_000;
const HANDED_OVER = "left everything as it is for the next controller";

/** The whole of a running host: health in, kernel and gobgpd brought to it, until it is told to leave. */
export class Controller {
  readonly #trigger: Trigger;
  readonly #news: SpeakerNews;
  readonly #verdictsDue: number;
  #settings: Settings;
  #intent: Intent;
  #stage: Stage = "serving";
  #watch: Watch | undefined;
  #reconciler: Reconciler | undefined;
  /** What its parts share. */
  readonly #shared: Pick<OperationsOptions, "reporter" | "journal" | "beacon" | "kernel" | "settings" | "read"> & {
    readonly parts: Parts;
  };
  readonly #operations: Operations;
  #leaving = false;

  constructor(settings: Settings, read: Reread, parts: Parts) {
    const { clock, log, manager } = parts;
    this.#settings = settings;
    this.#intent = intentOf(settings);
    this.#trigger = new Trigger(clock);
    const reporter = new Reporter(log);
    const journal = new Journal({ clock, reporter, store: parts.openEvents(settings.stateDirectory) });
    this.#news = new SpeakerNews(log, journal, () => exposure(this.#settings.config.gobgp, parts.listensEverywhere));
    const beacon = new Beacon({ clock, manager, interval: () => this.#settings.config.reconcileInterval });
    this.#verdictsDue = clock.now() + FIRST_VERDICTS_MS;
    const kernel = this.#intent.network ? parts.openKernel(this.#intent.ipvs) : undefined;
    this.#shared = { parts, read, reporter, journal, beacon, kernel, settings: () => this.#settings };
    this.#operations = new Operations({
      ...this.#shared,
      running: () => ({ watch: this.#watch, reconciler: this.#reconciler }),
      takeOver: (terms) => this.#takeOver(terms),
      onChange: () => this.#lookAgain(),
    });
    manager.onTrouble = (error) => reporter.trouble("systemd-notify", error);
  }

  /** Serves until `leave` is aborted, then withdraws, holds, tears down; answers true when all of that went well. Throws before anything was changed where it cannot start. */
  async run(leave: AbortSignal): Promise<boolean> {
    const { reporter } = this.#shared;
    const { clock, log, metrics, takeLock, openSpeaker, serveMetrics } = this.#shared.parts;
    const lock = await takeLock(this.#settings.file, () => this.#shared.beacon.condition);
    const watch = new Watch(this.#settings.config.services.map(watched), {
      ...this.#shared.parts,
      ...this.#shared,
      history: this.#operations.history,
      staleVerdict: () => this.#settings.config.staleVerdict,
      onChange: (verdict) => this.#healthChanged(verdict),
    });
    this.#watch = watch;
    const { gobgp } = this.#settings.config;
    const speaker = await openSpeaker(gobgp, this.#settings.file, clock, (event) => this.#speakerTold(event));
    const keeper = keepLease({ ...this.#shared, lookAgain: () => this.#trigger.request() });
    const reconciler = await openReconciler({
      ...this.#shared,
      speaker,
      keeper,
      desired: () => this.#desired(),
      onStep: () => this.#shared.beacon.beat(),
    });
    this.#reconciler = reconciler;
    const server = await serveMetrics(this.#settings.metrics, metrics, { clock, log, reporter });
    const { operator } = this.#operations;
    await this.#shared.journal.begin(`bgp-lb ${version} with ${this.#settings.file}`, (line) => log.warn(line));
    await this.#operations.open();
    leave.addEventListener("abort", () => this.#beginLeaving());
    if (leave.aborted) this.#beginLeaving();
    log.info(`bgp-lb ${version} starts with ${this.#settings.file}: ${summary(this.#settings)}`);
    speaker.start();
    watch.start();
    void keeper?.run();
    const hearing = hearLinks(this.#shared.parts, this.#trigger, reporter, () => this.#intent);
    const rounds = this.#makeRounds(reconciler);
    while (!leave.aborted || operator.drainsToStop) {
      await operator.look();
      await rounds.pass();
      await rounds.rest();
    }
    const handover = this.#settings.config.onStop === "handover";
    const clean = handover || (await this.#leave(reconciler, rounds));
    await keeper?.stop(handover ? "handover" : clean ? "bye" : undefined);
    reconciler.stop();
    await Promise.all([watch.stop(), server?.close(), this.#operations.close(), speaker.stop(), hearing.stop()]);
    const outcome = handover ? HANDED_OVER : clean ? "left" : "left, but not everything is undone";
    await this.#shared.journal.end(outcome);
    await lock.release();
    log.info(outcome);
    return clean;
  }

  #leave(reconciler: Reconciler, rounds: Rounds): Promise<boolean> {
    this.#stage = "leaving";
    this.#lookAgain();
    return leaveInOrder({
      reconciler,
      clock: this.#shared.beacon.clock,
      log: this.#shared.parts.log,
      pass: () => rounds.pass(),
      release: () => {
        this.#stage = "gone";
      },
    });
  }

  #makeRounds(reconciler: Reconciler): Rounds {
    const { clock } = this.#shared.parts;
    const { operator } = this.#operations;
    return new Rounds({
      ...this.#shared.parts,
      ...this.#shared,
      operator,
      reconciler,
      trigger: this.#trigger,
      interval: () => this.#settings.config.reconcileInterval,
      dueAt: () =>
        Math.min(operator.wakeAt, clock.now() < this.#verdictsDue ? this.#verdictsDue : Number.POSITIVE_INFINITY),
      judged: () => this.#watch?.allJudged ?? true,
      serving: () => this.#stage === "serving",
      onStatus: (status) => this.#operations.saw(status),
      health: (name) =>
        this.#stage !== "serving" || operator.overrides.has(name) ? undefined : this.#watch?.health.get(name),
      sharedPrefix: () => this.#intent.sharedPrefix ?? "all",
    });
  }

  /** Takes a new config over, whole or not at all; what it does not change is not touched. Never throws: the log and the answer say how it went. */
  reload(): Promise<unknown> {
    return this.#operations.reloader.reload();
  }

  async #takeOver(terms: ReloadTerms): Promise<string | undefined> {
    if (this.#leaving) return undefined;
    const { settings, warnings } = await this.#shared.read();
    const standing = await this.#reconciler?.prover.established();
    if (this.#leaving) return undefined;
    const costs = refuseCostly(this.#settings, settings, standing, terms);
    this.#watch?.replace(settings.config.services.map(watched));
    for (const line of [...costs, ...warnings]) this.#shared.parts.log.warn(line);
    this.#settings = settings;
    this.#intent = intentOf(settings);
    await this.#operations.operator.keepOnly(new Set(this.#intent.services.map(({ name }) => name)));
    this.#lookAgain();
    return `config reloaded from ${settings.file}: ${summary(settings)}`;
  }

  /** What may be drained is drained first; all else is withdrawn at once. */
  #beginLeaving(): void {
    this.#leaving = true;
    const { stopDrain, onStop } = this.#settings.config;
    this.#shared.beacon.leaving();
    this.#shared.journal.life("leaving", onStop === "handover" ? HANDED_OVER : "it was told to end");
    const { operator } = this.#operations;
    operator.stop(onStop === "withdraw" ? stopDrain : 0);
    if (onStop === "withdraw") {
      this.#shared.parts.log.info(`leaving: ${stopDrain > 0 ? "drain, " : ""}withdraw, hold, tear down`);
      if (!operator.drainsToStop) this.#stage = "leaving";
    }
    this.#lookAgain();
  }

  /** A pass that is at work in the kernel may take long; a withdrawal does not wait for it, and what it still plans to announce it will not. */
  #lookAgain(): void {
    this.#urge(this.#reconciler?.withdraw());
    this.#trigger.request();
  }

  #desired(): Desired {
    const health = this.#watch?.health ?? new Map();
    const patient = this.#shared.parts.clock.now() < this.#verdictsDue;
    const peersMayStart = !patient || (this.#watch?.allJudged ?? true);
    return derive(this.#intent, health, this.#stage, peersMayStart, this.#operations.operator.overrides);
  }

  #healthChanged(verdict: Verdict): void {
    // A dead backend waits for no pass that may be at work in the kernel.
    if (verdict === "down") this.#lookAgain();
    else this.#trigger.request();
  }

  #speakerTold(event: SpeakerEvent): void {
    this.#news.tell(event);
    if (event.kind === "up") this.#urge(this.#reconciler?.greet());
    this.#trigger.request();
  }

  #urge(work: Promise<void> | undefined): void {
    work?.catch((error: unknown) => this.#shared.reporter.trouble("a withdrawal", messageOf(error)));
  }
}
