import { IpvsMetrics } from "../admin/ipvs-metrics.ts";
import { OperatorMetrics } from "../admin/operator-metrics.ts";
import type { ServiceHealth } from "../core/desired.ts";
import { History } from "../core/history.ts";
import { shortWord } from "../core/override.ts";
import type { Kernel } from "../core/ports.ts";
import type { VirtualServiceKey } from "../core/service.ts";
import { virtualServiceKey } from "../core/service.ts";
import type { Status } from "../core/status.ts";
import { mayBeHeld } from "../core/status.ts";
import { adminActions } from "./admin-actions.ts";
import type { AdminEndpoint } from "./admin-endpoint.ts";
import type { Beacon } from "./beacon.ts";
import { foresee } from "./foresee.ts";
import { foreseeWord, type WordOptions } from "./foresee-word.ts";
import type { Journal } from "./journal.ts";
import { toldLease } from "./lease.ts";
import { metering } from "./meter.ts";
import { Operator } from "./operator.ts";
import { OverrideStore } from "./overrides.ts";
import type { Parts } from "./parts.ts";
import type { Reconciler } from "./reconciler.ts";
import type { Reread } from "./reload.ts";
import type { ReloaderOptions } from "./reloader.ts";
import { Reloader } from "./reloader.ts";
import type { Reporter } from "./reporter.ts";
import type { Settings } from "./settings.ts";
import { intentOf } from "./settings.ts";
import { Traffic } from "./traffic.ts";
import type { Watch } from "./watch.ts";

export interface OperationsOptions {
  readonly parts: Pick<Parts, "clock" | "log" | "metrics" | "disk" | "serveAdmin" | "openPage" | "meter">;
  readonly reporter: Reporter;
  readonly journal: Journal;
  readonly beacon: Beacon;
  readonly kernel: Kernel | undefined;
  readonly settings: () => Settings;
  /** Each is there once the controller has come so far. */
  readonly running: () => { readonly watch: Watch | undefined; readonly reconciler: Reconciler | undefined };
  readonly read: Reread;
  /** See ReloaderOptions. */
  readonly takeOver: ReloaderOptions["takeOver"];
  /** Something else is to be announced now. */
  readonly onChange: () => void;
}

/** Words that fit into one line beside all else. */
const MAX_NOTED = 3;

/** All that operators do to a running controller: their words, new configs, and the socket that they come by. */
export class Operations {
  readonly operator: Operator;
  readonly reloader: Reloader;
  readonly history = new History();
  readonly #options: OperationsOptions;
  readonly #health = (): ReadonlyMap<string, ServiceHealth> => this.#options.running().watch?.health ?? new Map();
  #admin: AdminEndpoint | undefined;
  #status: Status | undefined;
  #page: ReturnType<Parts["openPage"]>;

  constructor(options: OperationsOptions) {
    this.#options = options;
    const { parts, reporter, journal, beacon, kernel, settings, takeOver, onChange } = options;
    const { clock, log } = parts;
    beacon.notes = () => this.#notes();
    const metrics = new OperatorMetrics(parts.metrics.registry);
    metrics.lease(leaseTerm(settings()));
    const ipvs = new IpvsMetrics(parts.metrics.registry);
    parts.metrics.refresh = metering({ meter: parts.meter, metrics: ipvs, clock, reporter, settings });
    this.reloader = new Reloader({
      log,
      beacon,
      metrics,
      journal,
      takeOver: async (terms) => {
        const line = await takeOver(terms);
        metrics.lease(leaseTerm(settings()));
        await this.#page?.follow();
        return line;
      },
    });
    this.operator = new Operator({
      clock,
      log,
      reporter,
      metrics,
      store: new OverrideStore(settings().stateDirectory, clock, parts.disk),
      services: () => countedServices(settings()),
      health: this.#health,
      announced: (name) => isAnnounced(this.#status, name),
      traffic: new Traffic(kernel, reporter),
      onChange,
    });
  }

  /** Takes up what was said in an earlier life, and opens the socket. */
  async open(): Promise<void> {
    const { parts, reporter, journal, settings, beacon } = this.#options;
    const { file, admin, config } = settings();
    await this.operator.load();
    const actions = adminActions({
      clock: parts.clock,
      operator: this.operator,
      reloader: this.reloader,
      config: file,
      speakerApi: config.gobgp.address,
      events: journal,
      condition: () => beacon.condition,
      lease: () => toldLease(settings(), beacon, parts.clock.now()),
      status: () => this.#status,
      health: this.#health,
      foresee: (given) => foresee(given, { ...this.#options, overrides: () => this.operator.overrides }),
      services: () => countedServices(settings()),
      troubles: () => reporter.troubles,
    });
    this.#admin = await parts.serveAdmin(admin, actions, { ...parts, reporter });
    this.#page = parts.openPage({
      ...parts,
      reporter,
      stateDirectory: settings().stateDirectory,
      actions,
      history: this.history,
      foresee: (act, name) => foreseeWord(act, name, this.#foresight),
      config: () => settings().config.page,
      services: () => countedServices(settings()),
    });
    if (this.#admin !== undefined) this.#admin.server.page = this.#page?.handler;
    await this.#page?.follow();
  }

  /** Notes what a pass found. */
  saw(status: Status): void {
    this.#status = status;
    this.history.saw(status, this.#health(), this.operator.overrides, this.#options.parts.clock.now());
  }

  async close(): Promise<void> {
    await Promise.all([this.#admin?.close(), this.#page?.close()]);
  }

  get #foresight(): WordOptions {
    const { parts, settings, running } = this.#options;
    return {
      clock: parts.clock,
      intent: () => intentOf(settings()),
      running,
      overrides: () => this.operator.overrides,
    };
  }

  #notes(): string[] {
    const words = [...this.operator.overrides].map(([name, override]) => `${name} ${shortWord(override)}`);
    const more = words.length - MAX_NOTED;
    const said = [...words.slice(0, MAX_NOTED), ...(more > 0 ? [`${more} more drained or forced`] : [])];
    const parts = [...this.#options.reporter.troubles.keys()];
    return [
      ...(said.length > 0 ? [said.join(", ")] : []),
      ...this.#noteOfReload(),
      ...(parts.length > 0 ? [`not working: ${parts.join(", ")}`] : []),
    ];
  }

  #noteOfReload(): string[] {
    const { error, refused } = this.reloader.state;
    if (error === undefined) return [];
    return [`the config on disk ${refused === true ? "would reset sessions" : "cannot be used"}, the one before stays`];
  }
}

function leaseTerm({ guardSocket, config }: Settings): number {
  return guardSocket === undefined ? 0 : config.lease.term;
}

/** Before the first pass nobody knows, and what is unknown may be there. */
function isAnnounced(status: Status | undefined, service: string): boolean {
  if (status === undefined) return true;
  return status.announcements.some((one) => one.services.includes(service) && mayBeHeld(one));
}

/** The services of the config, each with those of its virtual services whose connections are counted here. */
function countedServices(settings: Settings): ReadonlyMap<string, readonly VirtualServiceKey[]> {
  const { services, ipvs } = intentOf(settings);
  return new Map(services.map((one) => [one.name, ipvs ? one.virtualServices.map(virtualServiceKey) : []]));
}
