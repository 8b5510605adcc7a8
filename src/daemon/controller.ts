import { Metrics } from "../admin/metrics.ts";
import type { Desired, Intent, Stage } from "../core/desired.ts";
import { derive } from "../core/desired.ts";
import { messageOf } from "../core/errors.ts";
import type { Verdict } from "../core/health.ts";
import type { Clock, SpeakerEvent } from "../core/ports.ts";
import type { GobgpSpeaker } from "../speaker/speaker.ts";
import { openKernel, openSpeaker } from "./adapters.ts";
import { Beacon } from "./beacon.ts";
import { holdAndSave, keepLease } from "./lease.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import { leaveInOrder } from "./leave.ts";
import { Ledger } from "./ledger.ts";
import { takeLock } from "./lock.ts";
import type { Logger } from "./log.ts";
import { serveMetrics } from "./metrics-endpoint.ts";
import { Reconciler } from "./reconciler.ts";
import { summary, takeable } from "./reload.ts";
import { Reporter } from "./reporter.ts";
import { Rounds } from "./rounds.ts";
import type { ServiceManager } from "./service-manager.ts";
import type { Settings } from "./settings.ts";
import { intentOf } from "./settings.ts";
import { SpeakerNews } from "./speaker-news.ts";
import { Trigger } from "./trigger.ts";
import { version } from "./version.ts";
import { Watch, watched } from "./watch.ts";

/** Peers wait this long for the first verdicts of all services, then they come up with what is known. */
const FIRST_VERDICTS_MS = 5_000;
const HANDED_OVER = "left everything as it is for the next controller";

/** Reads the config anew; throws UsageError with everything that is wrong with it. */
export type Reread = () => Promise<{ readonly settings: Settings; readonly warnings: readonly string[] }>;

/** The whole of a running host: health in, kernel and gobgpd brought to it, until it is told to leave. */
export class Controller {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #trigger: Trigger;
  readonly #metrics = new Metrics(version);
  readonly #reporter: Reporter;
  readonly #news: SpeakerNews;
  readonly #beacon: Beacon;
  readonly #startedAt: number;
  #settings: Settings;
  #intent: Intent;
  #stage: Stage = "serving";
  #watch: Watch | undefined;
  #reconciler: Reconciler | undefined;
  #reloading: Promise<void> = Promise.resolve();

  constructor(settings: Settings, clock: Clock, log: Logger, manager: ServiceManager) {
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
    this.#intent = intentOf(settings);
    this.#trigger = new Trigger(clock);
    this.#reporter = new Reporter(log);
    this.#news = new SpeakerNews(log);
    this.#beacon = new Beacon({ clock, manager, interval: () => this.#settings.config.reconcileInterval });
    this.#startedAt = clock.now();
    manager.onTrouble = (error) => this.#reporter.trouble("systemd-notify", error);
  }

  /** Serves until `leave` is aborted, then withdraws, holds, tears down; answers true when all of that went well. Throws before anything was changed where it cannot start. */
  async run(leave: AbortSignal): Promise<boolean> {
    const lock = await takeLock(this.#settings.file, () => this.#beacon.condition);
    const watch = new Watch(this.#settings.config.services.map(watched), {
      clock: this.#clock,
      log: this.#log,
      metrics: this.#metrics,
      onChange: (verdict) => this.#healthChanged(verdict),
    });
    this.#watch = watch;
    const { gobgp } = this.#settings.config;
    const speaker = await openSpeaker(gobgp, this.#settings.file, this.#clock, (event) => this.#speakerTold(event));
    const keeper = keepLease(this.#settings, {
      clock: this.#clock,
      log: this.#log,
      metrics: this.#metrics,
      beacon: this.#beacon,
      lookAgain: () => this.#trigger.request(),
    });
    const reconciler = await this.#openReconciler(speaker, keeper);
    this.#reconciler = reconciler;
    const server = await serveMetrics(this.#settings.metrics, this.#metrics, this.#log);
    leave.addEventListener("abort", () => this.#beginLeaving());
    if (leave.aborted) this.#beginLeaving();
    this.#log.info(`bgp-lb ${version} starts with ${this.#settings.file}: ${summary(this.#settings)}`);
    speaker.start();
    watch.start();
    void keeper?.run();
    const rounds = this.#rounds(reconciler);
    while (!leave.aborted) {
      await rounds.pass();
      await rounds.rest();
    }
    const handover = this.#settings.config.onStop === "handover";
    const clean = handover || (await this.#leave(reconciler, rounds));
    await keeper?.stop(handover ? "handover" : clean ? "bye" : undefined);
    await Promise.all([watch.stop(), server?.close(), speaker.stop()]);
    await lock.release();
    this.#log.info(handover ? HANDED_OVER : clean ? "left" : "left, but not everything is undone");
    return clean;
  }

  #leave(reconciler: Reconciler, rounds: Rounds): Promise<boolean> {
    return leaveInOrder({
      reconciler,
      clock: this.#beacon.clock,
      log: this.#log,
      pass: () => rounds.pass(),
      release: () => {
        this.#stage = "gone";
      },
    });
  }

  /** Takes a new config over, whole or not at all; what it does not change is not touched. Never throws: the log says how it went. */
  reload(read: Reread): Promise<void> {
    this.#reloading = this.#reloading.then(async () => {
      if (this.#stage !== "serving") return;
      this.#beacon.reloading(process.hrtime.bigint() / 1000n);
      try {
        await this.#takeOver(read);
      } catch (error) {
        this.#log.error(`the config is not reloaded, the one before stays: ${messageOf(error)}`);
      }
      this.#beacon.reloaded();
    });
    return this.#reloading;
  }

  async #takeOver(read: Reread): Promise<void> {
    const { settings, warnings } = await read();
    if (this.#stage !== "serving") return;
    for (const line of [...warnings, ...takeable(this.#settings, settings)]) this.#log.warn(line);
    this.#watch?.replace(settings.config.services.map(watched));
    this.#settings = settings;
    this.#intent = intentOf(settings);
    this.#log.info(`config reloaded from ${settings.file}: ${summary(settings)}`);
    this.#urge(this.#reconciler?.withdraw());
    this.#trigger.request();
  }

  /** A pass that is at work in the kernel may take long; the withdrawal does not wait for it, and what it still plans to announce it will not. */
  #beginLeaving(): void {
    this.#beacon.leaving();
    if (this.#settings.config.onStop === "withdraw") {
      this.#log.info("leaving: withdraw, hold, tear down");
      this.#stage = "leaving";
      this.#urge(this.#reconciler?.withdraw());
    }
    this.#trigger.request();
  }

  async #openReconciler(speaker: GobgpSpeaker, keeper: LeaseKeeper | undefined): Promise<Reconciler> {
    const ledger = new Ledger(this.#settings.stateDirectory);
    const { owned, warning } = await ledger.load();
    if (warning !== undefined) this.#log.warn(warning);
    return new Reconciler({
      kernel: this.#intent.network ? openKernel(this.#intent.ipvs) : undefined,
      speaker,
      clock: this.#clock,
      ledger: { save: (owned) => holdAndSave(owned, this.#settings.config, keeper, ledger) },
      reporter: this.#reporter,
      desired: () => this.#desired(),
      owned,
      hold: () => this.#settings.config.withdrawHold,
      onResult: ({ op, ok }) => this.#metrics.op(op, ok),
      onStep: () => this.#beacon.beat(),
    });
  }

  #rounds(reconciler: Reconciler): Rounds {
    return new Rounds({
      reconciler,
      clock: this.#clock,
      trigger: this.#trigger,
      beacon: this.#beacon,
      metrics: this.#metrics,
      reporter: this.#reporter,
      interval: () => this.#settings.config.reconcileInterval,
      dueAt: this.#startedAt + FIRST_VERDICTS_MS,
      judged: () => this.#allJudged(),
      serving: () => this.#stage === "serving",
    });
  }

  #desired(): Desired {
    const health = this.#watch?.health ?? new Map();
    const patient = this.#clock.now() - this.#startedAt < FIRST_VERDICTS_MS;
    const peersMayStart = !patient || this.#allJudged();
    return derive(this.#intent, health, this.#stage, peersMayStart);
  }

  #allJudged(): boolean {
    return [...(this.#watch?.health.values() ?? [])].every((one) => one.verdict !== "unknown");
  }

  #healthChanged(verdict: Verdict): void {
    // A dead backend waits for no pass that may be at work in the kernel.
    if (verdict === "down") this.#urge(this.#reconciler?.withdraw());
    this.#trigger.request();
  }

  #speakerTold(event: SpeakerEvent): void {
    this.#news.tell(event);
    if (event.kind === "up") this.#urge(this.#reconciler?.greet());
    this.#trigger.request();
  }

  #urge(work: Promise<void> | undefined): void {
    work?.catch((error: unknown) => this.#reporter.trouble("a withdrawal", messageOf(error)));
  }
}
