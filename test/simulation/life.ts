import type { AdminActions } from "../../src/admin/api.ts";
import { Metrics } from "../../src/admin/metrics.ts";
import { messageOf } from "../../src/core/errors.ts";
import { plan } from "../../src/core/plan.ts";
import type { TcpSocket } from "../../src/core/ports.ts";
import { Controller } from "../../src/daemon/controller.ts";
import type { Logger } from "../../src/daemon/log.ts";
import type { Parts } from "../../src/daemon/parts.ts";
import type { Reread } from "../../src/daemon/reload.ts";
import { ServiceManager } from "../../src/daemon/service-manager.ts";
import type { Settings } from "../../src/daemon/settings.ts";
import type { Host, Resident } from "./host.ts";
import { KernelPort } from "./kernel-port.ts";
import { Process } from "./process.ts";
import { backendOf, LOCAL } from "./site.ts";
import { SpeakerPort } from "./speaker-port.ts";

/** Built once: a hundred metrics take longer than a walk. */
const metrics = new Metrics("simulated");
const OWN_METRICS = new Set(metrics.registry.getMetricsAsArray().map(({ name }) => name));

/** One life of the controller, from its start to its end by whatever. */
export class Life implements Resident {
  readonly process: Process;
  readonly kernel: KernelPort;
  /** What the operator's commands reach; undefined until it listens. */
  actions: AdminActions | undefined;
  /** undefined: it is still there, or was killed. */
  outcome: "clean" | "unclean" | { readonly error: string } | undefined;
  /** The config that it was started with, or has taken over since. */
  settings: Settings;
  readonly #leave = new AbortController();

  constructor(world: Host, name: string, read: Reread, settings: Settings) {
    this.process = new Process(name, world.time);
    this.settings = settings;
    this.kernel = new KernelPort(this.process, world.kernel, world.tools, world.random, world.laws);
    const parts = this.#parts(world);
    const controller = new Controller(settings, read, { ...parts, ...world.bug?.(parts) });
    const end = (outcome: Life["outcome"]) => {
      this.outcome = outcome;
      this.process.kill();
      world.ended(this);
    };
    void controller.run(this.#leave.signal).then(
      (clean) => end(clean ? "clean" : "unclean"),
      (error: unknown) => end({ error: messageOf(error) }),
    );
  }

  /** SIGTERM was sent to it. */
  get leaving(): boolean {
    return this.#leave.signal.aborted;
  }

  /** SIGTERM. */
  stop(): void {
    this.process.after(0, () => this.#leave.abort());
  }

  #parts(world: Host): Parts {
    const { process } = this;
    for (const { name } of metrics.registry.getMetricsAsArray())
      if (!OWN_METRICS.has(name)) metrics.registry.removeSingleMetric(name);
    return {
      clock: process.clock,
      log: world.log(process) as Logger,
      manager: new ServiceManager({}, 1),
      metrics,
      random: () => world.random.next(),
      disk: world.disk.for(process),
      // What people read has no part in what is announced.
      openEvents: () => ({ load: () => Promise.resolve({ events: [] }), append: () => Promise.resolve() }),
      sockets: { toward: (remotes) => this.#sockets(world, remotes) },
      openPage: () => undefined,
      listensEverywhere: () => Promise.resolve(undefined),
      plan,
      takeLock: () => world.takeLock(process),
      openKernel: () => this.kernel,
      openSpeaker: (_gobgp, _source, _clock, onEvent) =>
        Promise.resolve(new SpeakerPort(process, world.gobgpd, world.random, onEvent, world.laws)),
      createCheck: ({ name }) => world.backend(backendOf(name ?? "")).check(process, world.random),
      dialGuard: world.socket.dial(process),
      follow: this.kernel.follow(world.monitorKillers),
      serveMetrics: () => Promise.resolve(undefined),
      serveAdmin: (_address, actions) => {
        this.actions = actions;
        return Promise.resolve(undefined);
      },
    };
  }

  async #sockets(world: Host, remotes: ReadonlySet<string>): Promise<readonly TcpSocket[]> {
    await this.process.wait(1);
    const up = [...world.routers.values()].filter(({ address, established }) => established && remotes.has(address));
    return up.map(({ address }) => ({
      localPort: LOCAL.listenPort === -1 ? 40_000 : 179,
      remote: address,
      remotePort: 179,
      unacknowledged: 0,
    }));
  }
}
