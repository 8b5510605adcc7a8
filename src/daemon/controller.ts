import { Metrics } from "../admin/metrics.ts";
import { MetricsServer } from "../admin/server.ts";
import type { Desired, Intent, Stage } from "../core/desired.ts";
import { derive } from "../core/desired.ts";
import { messageOf } from "../core/errors.ts";
import type { Verdict } from "../core/health.ts";
import type { Clock, SpeakerEvent } from "../core/ports.ts";
import type { Status } from "../core/status.ts";
import type { GobgpSpeaker } from "../speaker/speaker.ts";
import { openKernel, openSpeaker } from "./adapters.ts";
import { leaveInOrder } from "./leave.ts";
import { Ledger } from "./ledger.ts";
import { takeLock } from "./lock.ts";
import type { Logger } from "./log.ts";
import { Reconciler } from "./reconciler.ts";
import { Reporter } from "./reporter.ts";
import type { Settings } from "./settings.ts";
import { intentOf } from "./settings.ts";
import { Trigger } from "./trigger.ts";
import { version } from "./version.ts";
import { Watch } from "./watch.ts";

/** Peers wait this long for the first verdicts of all services, then they come up with what is known. */
const FIRST_VERDICTS_MS = 5_000;

/** The whole of a running host: health in, kernel and gobgpd brought to it, until it is told to leave. */
export class Controller {
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #intent: Intent;
  readonly #trigger: Trigger;
  readonly #metrics = new Metrics(version);
  readonly #reporter: Reporter;
  readonly #startedAt: number;
  readonly #established = new Set<string>();
  #stage: Stage = "serving";
  #watch: Watch | undefined;
  #reconciler: Reconciler | undefined;

  constructor(settings: Settings, clock: Clock, log: Logger) {
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
    this.#intent = intentOf(settings);
    this.#trigger = new Trigger(clock);
    this.#reporter = new Reporter(log);
    this.#startedAt = clock.now();
  }

  /** Serves until `leave` is aborted, then withdraws, holds, tears down; answers true when all of that went well. Throws before anything was changed where it cannot start. */
  async run(leave: AbortSignal): Promise<boolean> {
    const lock = await takeLock(this.#settings.file);
    const watch = new Watch(
      this.#settings.config.services.map(({ service, checks }) => ({ name: service.name, checks })),
      {
        clock: this.#clock,
        log: this.#log,
        metrics: this.#metrics,
        onChange: (verdict) => this.#healthChanged(verdict),
      },
    );
    this.#watch = watch;
    const speaker = await openSpeaker(this.#settings, this.#clock, (event) => this.#speakerTold(event));
    const reconciler = await this.#openReconciler(speaker);
    this.#reconciler = reconciler;
    const server = await this.#serveMetrics();
    leave.addEventListener("abort", () => this.#beginLeaving());
    if (leave.aborted) this.#beginLeaving();
    this.#log.info(`bgp-lb ${version} starts with ${this.#settings.file}: ${this.#summary()}`);
    speaker.start();
    watch.start();
    while (!leave.aborted) {
      await this.#pass(reconciler);
      await this.#trigger.next(Math.min(this.#settings.config.reconcileInterval, this.#wait(reconciler)));
    }
    const release = () => {
      this.#stage = "gone";
    };
    const pass = () => this.#pass(reconciler);
    const clean = await leaveInOrder({ reconciler, clock: this.#clock, log: this.#log, pass, release });
    await Promise.all([watch.stop(), server?.close(), speaker.stop()]);
    await lock.release();
    this.#log.info(clean ? "left" : "left, but not everything is undone");
    return clean;
  }

  /** A pass that is at work in the kernel may take long; the withdrawal does not wait for it, and what it still plans to announce it will not. */
  #beginLeaving(): void {
    this.#log.info("leaving: withdraw, hold, tear down");
    this.#stage = "leaving";
    this.#urge(this.#reconciler?.withdraw());
    this.#trigger.request();
  }

  async #openReconciler(speaker: GobgpSpeaker): Promise<Reconciler> {
    const { stateDirectory, config } = this.#settings;
    const ledger = new Ledger(stateDirectory);
    const { owned, warning } = await ledger.load();
    if (warning !== undefined) this.#log.warn(warning);
    return new Reconciler({
      kernel: this.#intent.network ? openKernel(this.#intent.ipvs) : undefined,
      speaker,
      clock: this.#clock,
      ledger,
      reporter: this.#reporter,
      desired: () => this.#desired(),
      owned,
      hold: config.withdrawHold,
      onResult: ({ op, ok }) => this.#metrics.op(op, ok),
    });
  }

  #desired(): Desired {
    const health = this.#watch?.health ?? new Map();
    const patient = this.#clock.now() - this.#startedAt < FIRST_VERDICTS_MS;
    const peersMayStart = !patient || [...health.values()].every((one) => one.verdict !== "unknown");
    return derive(this.#intent, health, this.#stage, peersMayStart);
  }

  /** Milliseconds until something is due by itself. */
  #wait(reconciler: Reconciler): number {
    const now = this.#clock.now();
    const verdicts = this.#startedAt + FIRST_VERDICTS_MS;
    return Math.min(reconciler.wakeAt - now, verdicts > now ? verdicts - now : Number.POSITIVE_INFINITY);
  }

  async #pass(reconciler: Reconciler): Promise<Status | undefined> {
    const began = this.#clock.now();
    try {
      const status = await reconciler.pass();
      this.#metrics.pass(this.#clock.now() - began, status);
      this.#reporter.trouble("a pass", undefined);
      if (this.#stage === "serving") this.#reporter.announcements(status.announcements);
      return status;
    } catch (error) {
      // A fault of ours. Ending here would leave the VIPs announced with nobody watching over them.
      this.#reporter.trouble("a pass", error instanceof Error ? (error.stack ?? error.message) : String(error));
      return undefined;
    }
  }

  #healthChanged(verdict: Verdict): void {
    // A dead backend waits for no pass that may be at work in the kernel.
    if (verdict === "down") this.#urge(this.#reconciler?.withdraw());
    this.#trigger.request();
  }

  #speakerTold(event: SpeakerEvent): void {
    if (event.kind === "up") {
      this.#log.info(`gobgpd at ${event.api} answers (${event.version})`);
      this.#urge(this.#reconciler?.greet());
    } else if (event.kind === "down") {
      this.#established.clear();
      this.#log.error(event.reason);
    } else if (event.kind === "session") this.#sessionTold(event.peer, event.state);
    this.#trigger.request();
  }

  #urge(work: Promise<void> | undefined): void {
    work?.catch((error: unknown) => this.#reporter.trouble("a withdrawal", messageOf(error)));
  }

  /** Only what a peer can hear is news: a session that comes, and one that goes. The steps between are for debugging. */
  #sessionTold(peer: string, state: string): void {
    if (state === "established") {
      this.#established.add(peer);
      this.#log.info(`peer ${peer}: session established`);
    } else if (this.#established.delete(peer)) this.#log.warn(`peer ${peer}: session lost, now ${state}`);
    else this.#log.debug(`peer ${peer}: session ${state}`);
  }

  async #serveMetrics(): Promise<MetricsServer | undefined> {
    const { metrics } = this.#settings;
    if (metrics === undefined) return undefined;
    const server = new MetricsServer(this.#metrics.registry);
    try {
      await server.listen(metrics);
      return server;
    } catch (error) {
      this.#log.error(
        `no metrics: cannot listen on ${metrics.host ?? ""}:${metrics.port} (${messageOf(error)}); set -metrics-address to a free one. The main job goes on`,
      );
      return undefined;
    }
  }

  #summary(): string {
    const { config } = this.#settings;
    const vips = config.services.flatMap(({ service }) => service.vips.map((vip) => vip.address));
    const some = vips.length > 4 ? `${vips.slice(0, 4).join(", ")} and ${vips.length - 4} more` : vips.join(", ");
    const setup = this.#intent.network
      ? this.#intent.ipvs
        ? "links, addresses and IPVS"
        : "links and addresses, no IPVS"
      : "no network setup";
    return `VIPs ${some}; ${setup}; gobgpd ${config.mode} at ${config.gobgp.address}`;
  }
}
