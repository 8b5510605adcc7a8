import { Random } from "../../lab/random.ts";
import type { AdminActions } from "../../src/admin/api.ts";
import type { Address } from "../../src/core/address.ts";
import { messageOf, Refused, UsageError } from "../../src/core/errors.ts";
import type { Lock } from "../../src/daemon/lock.ts";
import type { Logger } from "../../src/daemon/log.ts";
import type { Settings } from "../../src/daemon/settings.ts";
import { ip } from "../support/world.ts";
import { Backend } from "./backend.ts";
import { GuardLife } from "./guard-life.ts";
import { GuardSocket } from "./guard-socket.ts";
import type { Bug, Host, Resident } from "./host.ts";
import type { Tools } from "./kernel-port.ts";
import { Laws } from "./laws.ts";
import { Life } from "./life.ts";
import { ModelDisk } from "./model-disk.ts";
import { ModelGobgpd } from "./model-gobgpd.ts";
import { ModelKernel } from "./model-kernel.ts";
import { ModelRouter } from "./model-router.ts";
import type { Process } from "./process.ts";
import { BACKENDS, type BackendName, LOCAL, PEERS, type Site, settingsOf, type Version } from "./site.ts";
import { Time } from "./time.ts";

/** As a supervisor has it (milliseconds). */
const RESTART_MS = 500;

export interface WorldOptions {
  readonly site: Site;
  readonly seed: number;
  readonly bug?: Bug | undefined;
  /** The log of one process. */
  readonly log: (process: Process) => Logger;
}

/** A host with its routers: the real controller and the real guard on models of all that is around them. */
export class World implements Host {
  readonly time = new Time();
  readonly random: Random;
  readonly site: Site;
  readonly bug: Bug | undefined;
  readonly log: (process: Process) => Logger;
  readonly kernel = new ModelKernel();
  readonly tools: Tools = { reads: "work", writes: "work", slow: 0 };
  readonly disk = new ModelDisk();
  readonly socket = new GuardSocket();
  readonly monitorKillers = new Set<() => void>();
  readonly routers: ReadonlyMap<Address, ModelRouter>;
  readonly gobgpd: ModelGobgpd;
  readonly laws: Laws;
  readonly #backends = new Map<BackendName, Backend>();
  life: Life | undefined;
  guard: GuardLife | undefined;
  /** The ledger was lost: what is not as the config says counts as somebody else's from then on. */
  ledgerLost = false;
  /** Milliseconds by which the wall clock has been set forth since the begin. */
  wallClockStep = 0;
  /** The config on disk; undefined: it cannot be used. */
  version: Version | undefined = "full";
  /** The supervisor starts a controller again that ended. */
  #restart: { readonly after: number } | undefined;
  #lock: Process | undefined;
  #lives = 0;
  #lastRead: Settings | undefined;

  constructor({ site, seed, bug, log }: WorldOptions) {
    this.random = new Random(seed);
    this.site = site;
    this.bug = bug;
    this.log = log;
    this.routers = new Map(PEERS.map(ip).map((address) => [address, new ModelRouter(address)]));
    const own = {
      identity: { ...LOCAL, listenPort: 179, routerId: ip(LOCAL.routerId) },
      peers: [...this.routers.keys()].map((address) => ({ address, as: LOCAL.as, port: 179 })),
    };
    this.gobgpd = new ModelGobgpd(this.time, this.random, this.routers, site.mode === "shared" ? own : undefined);
    for (const name of BACKENDS) this.#backends.set(name, new Backend(this.time));
    this.laws = new Laws(this);
  }

  backend(name: BackendName): Backend {
    const backend = this.#backends.get(name);
    if (backend === undefined) throw new Error(`no backend ${name}`);
    return backend;
  }

  /** Starts a controller beside whatever is there; undefined: its config cannot be used. */
  start(): Life | undefined {
    if (this.version === undefined) return undefined;
    const settings = settingsOf(this.site, this.version);
    return new Life(this, `controller ${++this.#lives}`, () => this.#read(), settings);
  }

  /** Starts the controller that is supervised, where none is; again and again where it cannot start. */
  startController(): void {
    this.#restart = undefined;
    if (this.life?.process.alive === true) return;
    const life = this.start();
    if (life === undefined) this.time.after(RESTART_MS, () => this.startController());
    else this.life = life;
  }

  startGuard(): void {
    if (this.guard?.process.alive !== true) this.guard = new GuardLife(this);
  }

  /** SIGKILL, and the supervisor's answer after so long. */
  killController(back: number): void {
    this.life?.process.kill();
    this.time.after(back, () => this.startController());
  }

  /** SIGTERM; a new one is started so long after it has ended. */
  stopController(back: number): void {
    this.#restart = { after: back };
    this.life?.stop();
    if (this.life?.process.alive !== true) this.time.after(back, () => this.startController());
  }

  /** A life came to its end by itself. */
  ended(life: Resident): void {
    this.laws.onLeft(life);
    if (life !== this.life) return;
    this.time.after(this.#restart?.after ?? RESTART_MS, () => this.startController());
  }

  /** An operator's command, as far as somebody is there to hear it. What is refused is no fault. */
  ask(command: (actions: AdminActions) => Promise<unknown>): void {
    const { life } = this;
    life?.process.after(0.5, () => {
      if (life.actions === undefined) return;
      command(life.actions).catch((error: unknown) => {
        if (!(error instanceof Refused) && !(error instanceof UsageError))
          this.laws.broken("no fault of ours", `${life.process.name}: ${messageOf(error)}`);
      });
    });
  }

  /** `bgp-lb undrain -all`, where there is something to take back. */
  takeWordsBack(): void {
    const { life } = this;
    if (life?.process.runs !== true || life.leaving || life.actions === undefined) return;
    const said = life.actions.status().services.some(({ override }) => override !== undefined);
    if (said) this.ask((actions) => actions.undrain({ services: "all", by: "walker" }));
    else this.laws.bounds.free();
  }

  /** `ipvsadm -D` of what a controller that has lost its ledger takes for somebody else's: it says that it waits for that. */
  resolveConflicts(): void {
    if (!this.ledgerLost || (this.life?.actions?.status().conflicts.length ?? 0) === 0) return;
    for (const [key, service] of this.kernel.table)
      if (!this.kernel.foreign.has(`service ${key}`))
        this.kernel.do({ target: "kernel", kind: "virtualService.delete", service });
  }

  /** `bgp-lb reload`. */
  reload(allowSessionReset: boolean): void {
    const { life } = this;
    this.ask(async (actions) => {
      await actions.reload({ by: "walker", allowSessionReset });
      if (life !== undefined) life.settings = this.#lastRead ?? life.settings;
    });
  }

  takeLock(process: Process): Promise<Lock> {
    if (this.#lock?.alive === true) return Promise.reject(new Error("another bgp-lb controls this network namespace"));
    this.#lock = process;
    return Promise.resolve({
      release: () => {
        this.#lock = undefined;
        return Promise.resolve();
      },
    });
  }

  async #read(): Promise<{ readonly settings: Settings; readonly warnings: readonly string[] }> {
    const { version } = this;
    if (version === undefined) throw new UsageError("/etc/bgp-lb/config.json: not JSON");
    this.#lastRead = settingsOf(this.site, version);
    return { settings: this.#lastRead, warnings: [] };
  }
}
