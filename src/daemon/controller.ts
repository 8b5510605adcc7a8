import { Metrics } from "../admin/metrics.ts";
import type { Desired, Intent, Stage } from "../core/desired.ts";
import { derive } from "../core/desired.ts";
import { messageOf } from "../core/errors.ts";
import type { Verdict } from "../core/health.ts";
import type { Clock, SpeakerEvent } from "../core/ports.ts";
import type { Status } from "../core/status.ts";
import { openSpeaker } from "./adapters.ts";
import { Beacon } from "./beacon.ts";
import { hearLinks } from "./hearing.ts";
import { leaveInOrder } from "./leave.ts";
import { takeLock } from "./lock.ts";
import type { Logger } from "./log.ts";
import { serveMetrics } from "./metrics-endpoint.ts";
import { openReconciler } from "./open-reconciler.ts";
import type { Reconciler } from "./reconciler.ts";
import { admit, summary } from "./reload.ts";
import { Reporter } from "./reporter.ts";
import { rest } from "./rest.ts";
import type { ServiceManager } from "./service-manager.ts";
import type { Settings } from "./settings.ts";
import { intentOf } from "./settings.ts";
import { SpeakerNews } from "./speaker-news.ts";
import { Trigger } from "./trigger.ts";
import { version } from "./version.ts";
import { Watch, watched } from "./watch.ts";

/** Peers wait this long for the first verdicts of all services, then they come up with what is known. */
const FIRST_VERDICTS_MS = 5_000;

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
      staleVerdict: () => this.#settings.config.staleVerdict,
      onChange: (verdict) => this.#healthChanged(verdict),
    });
    this.#watch = watch;
    const speaker = await openSpeaker(this.#settings, this.#clock, (event) => this.#speakerTold(event));
    const reconciler = await openReconciler(this.#settings, this.#log, {
      speaker,
      clock: this.#clock,
      reporter: this.#reporter,
      desired: () => this.#desired(),
      config: () => this.#settings.config,
      onResult: ({ op, ok }) => this.#metrics.op(op, ok),
      onRepair: (kind) => this.#metrics.repair(kind),
      onStep: () => this.#beacon.beat(),
    });
    this.#reconciler = reconciler;
    const server = await serveMetrics(this.#settings.metrics, this.#metrics, this.#log);
    leave.addEventListener("abort", () => this.#beginLeaving());
    if (leave.aborted) this.#beginLeaving();
    this.#log.info(`bgp-lb ${version} starts with ${this.#settings.file}: ${summary(this.#settings)}`);
    speaker.start();
    watch.start();
    const hearing = hearLinks(this.#clock, this.#trigger, this.#reporter, () => this.#intent);
    while (!leave.aborted) {
      await this.#pass(reconciler);
      await this.#rest(reconciler);
    }
    const clean = await leaveInOrder({
      reconciler,
      clock: { now: () => this.#clock.now(), sleep: (ms) => this.#beacon.rest(ms) },
      log: this.#log,
      pass: () => this.#pass(reconciler),
      release: () => {
        this.#stage = "gone";
      },
    });
    reconciler.stop();
    await Promise.all([watch.stop(), server?.close(), speaker.stop(), hearing.stop()]);
    await lock.release();
    this.#log.info(clean ? "left" : "left, but not everything is undone");
    return clean;
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
    const notes = admit(this.#settings, settings);
    this.#watch?.replace(settings.config.services.map(watched));
    for (const line of [...warnings, ...notes]) this.#log.warn(line);
    this.#settings = settings;
    this.#intent = intentOf(settings);
    this.#log.info(`config reloaded from ${settings.file}: ${summary(settings)}`);
    this.#urge(this.#reconciler?.withdraw());
    this.#trigger.request();
  }

  /** A pass that is at work in the kernel may take long; the withdrawal does not wait for it, and what it still plans to announce it will not. */
  #beginLeaving(): void {
    this.#log.info("leaving: withdraw, hold, tear down");
    this.#stage = "leaving";
    this.#beacon.leaving();
    this.#urge(this.#reconciler?.withdraw());
    this.#trigger.request();
  }

  #desired(): Desired {
    const health = this.#watch?.health ?? new Map();
    const patient = this.#clock.now() - this.#startedAt < FIRST_VERDICTS_MS;
    const peersMayStart = !patient || (this.#watch?.judged ?? false);
    return derive(this.#intent, health, this.#stage, peersMayStart);
  }

  /** Rests until something calls for a pass or one is due; comes by at the beacon in between, and looks for proofs. */
  async #rest(reconciler: Reconciler): Promise<void> {
    const now = this.#clock.now();
    const verdicts = this.#startedAt + FIRST_VERDICTS_MS;
    const until = Math.min(
      now + this.#settings.config.reconcileInterval,
      reconciler.wakeAt,
      verdicts > now ? verdicts : Number.POSITIVE_INFINITY,
      now + this.#beacon.due,
    );
    await rest({
      clock: this.#clock,
      trigger: this.#trigger,
      beacon: this.#beacon,
      until,
      proofAt: () => reconciler.prover.wakeAt,
      prove: async () => this.#tell(await reconciler.prove(), reconciler),
    });
  }

  async #pass(reconciler: Reconciler): Promise<Status | undefined> {
    const began = this.#clock.now();
    try {
      const status = await reconciler.pass();
      this.#metrics.pass(this.#clock.now() - began);
      this.#reporter.trouble("a pass", undefined);
      this.#tell(status, reconciler);
      return status;
    } catch (error) {
      // A fault of ours. Ending here would leave the VIPs announced with nobody watching over them.
      this.#reporter.trouble("a pass", error instanceof Error ? (error.stack ?? error.message) : String(error));
      this.#beacon.beat();
      return undefined;
    }
  }

  #tell(status: Status | undefined, { prover }: Reconciler): void {
    if (status === undefined) return;
    this.#metrics.status(status, prover.lost);
    if (this.#stage === "serving") this.#reporter.announcements(status.announcements);
    this.#beacon.passed(status, this.#watch?.judged ?? false);
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
