import type { Address } from "../core/address.ts";
import type { ServiceHealth } from "../core/desired.ts";
import type { Verdict } from "../core/health.ts";
import { UNPROBED } from "../core/health.ts";
import type { History } from "../core/history.ts";
import type { StaleVerdict } from "../core/staleness.ts";
import { Monitor } from "../health/monitor.ts";
import type { CheckConfig } from "../health/registry.ts";
import { checkName } from "../health/registry.ts";
import { Freshness } from "./freshness.ts";
import { movedServers, noteHealth } from "./health-notes.ts";
import type { Notes } from "./journal.ts";
import type { Witness } from "./judge.ts";
import { judge } from "./judge.ts";
import type { Parts } from "./parts.ts";
import { Pulse } from "./pulse.ts";
import type { Task, Watched } from "./watched.ts";
import { tasks } from "./watched.ts";

interface Running {
  readonly config: CheckConfig;
  /** Whose check it is; undefined: the whole service's. */
  readonly realServer: Address | undefined;
  readonly monitor: Monitor;
  /** There once it was started. */
  freshness?: Freshness;
}

export interface WatchOptions extends Pick<Parts, "clock" | "log" | "metrics" | "createCheck" | "random"> {
  readonly history: Pick<History, "probe" | "forget">;
  /** What a verdict counts for that has become stale. */
  readonly staleVerdict: () => StaleVerdict;
  readonly journal: Notes;
  /** A service's verdict changed. */
  readonly onChange: (verdict: Verdict) => void;
}

/** Runs the checks of all services and says how each service is. Throws UsageError where a check's own files cannot be used. */
export class Watch {
  readonly #options: WatchOptions;
  #monitors = new Map<string, readonly Running[]>();
  #quorums: ReadonlyMap<string, number> = new Map();
  /** There once it was started. */
  #pulse: Pulse | undefined;
  readonly #health = new Map<string, ServiceHealth>();

  constructor(services: readonly Watched[], options: WatchOptions) {
    this.#options = options;
    this.replace(services);
  }

  /**
   * Watches these services from now on. A check that is as it was goes on with what it knows; a new one begins without a verdict, and runs
   * when `start` was called. Throws as the constructor does, and then nothing has changed.
   */
  replace(services: readonly Watched[]): void {
    const before = new Map(this.#monitors);
    const kept = new Set<Running>();
    const after = services.map((service) => {
      const own = before.get(service.name) ?? [];
      return [
        service.name,
        tasks(service).map((task) => takeSame(own, task, kept) ?? this.#monitor(service.name, task)),
      ] as const;
    });
    const quorums = this.#quorums;
    this.#monitors = new Map(after);
    this.#quorums = new Map(services.flatMap(({ name, pool }) => (pool === undefined ? [] : [[name, pool.quorum]])));
    for (const [name, running] of before) {
      for (const one of running.filter((own) => !kept.has(own))) {
        void stop(one);
        this.#options.metrics.forget(name, one.monitor.name);
        this.#options.history.forget(name, one.monitor.name);
      }
      if (this.#monitors.has(name)) continue;
      this.#health.delete(name);
      this.#options.metrics.forgetService(name);
    }
    for (const [name, running] of after) {
      const same = running.every((one) => kept.has(one)) && running.length === before.get(name)?.length;
      if (same && quorums.get(name) === this.#quorums.get(name)) continue;
      if (before.has(name)) this.#follow(name);
      else this.#health.set(name, this.#judge(name));
      if (this.#pulse === undefined) continue;
      for (const one of running) if (!kept.has(one)) this.#start(name, one, this.#pulse);
    }
  }

  /** How each of these services would be the moment after `replace`. */
  foresee(services: readonly Watched[]): ReadonlyMap<string, ServiceHealth> {
    const foreseen = services.map((service) => {
      const { name, pool } = service;
      const taken = new Set<Running>();
      const own = this.#monitors.get(name) ?? [];
      const all = tasks(service).map((task) => takeSame(own, task, taken) ?? unprobed(task));
      return [name, this.#judgeAll(all, pool?.quorum, this.#health.get(name))] as const;
    });
    return new Map(foreseen);
  }

  get health(): ReadonlyMap<string, ServiceHealth> {
    return this.#health;
  }

  /** Every service has a verdict. */
  get allJudged(): boolean {
    return [...this.#health.values()].every((one) => one.verdict !== "unknown");
  }

  start(): void {
    this.#pulse = new Pulse(this.#options.clock);
    for (const [name, running] of this.#monitors) for (const one of running) this.#start(name, one, this.#pulse);
  }

  async stop(): Promise<void> {
    this.#pulse?.stop();
    await Promise.all([...this.#monitors.values()].flat().map(stop));
  }

  #start(service: string, one: Running, pulse: Pulse): void {
    const { clock, metrics } = this.#options;
    metrics.stale(service, one.monitor.name, false);
    one.freshness = new Freshness({
      clock,
      pace: one.config,
      pulse,
      onStale: () => {
        metrics.stale(service, one.monitor.name, true);
        this.#follow(service);
      },
    });
    one.monitor.start();
  }

  #monitor(service: string, { config, realServer }: Task): Running {
    const { clock, metrics, history, random, createCheck } = this.#options;
    const name = checkName(config);
    const monitor = new Monitor({
      name,
      check: createCheck(config),
      interval: config.interval,
      timeout: config.timeout,
      thresholds: { rise: config.rise, fall: config.fall },
      clock,
      random,
      onResult: (health, result, milliseconds) => {
        metrics.probe(service, name, health.verdict, result.ok, milliseconds);
        history.probe(service, name, result.ok, milliseconds, clock.now());
        running.freshness?.renew();
        metrics.stale(service, name, false);
        this.#follow(service);
      },
    });
    const running: Running = { config, realServer, monitor };
    return running;
  }

  #follow(service: string): void {
    const before = this.#health.get(service);
    const now = this.#judge(service, before);
    // The reason of a standing verdict may change with every probe: kept for status, no news for the log.
    this.#health.set(service, now);
    noteHealth(this.#options.journal, service, before, now);
    const moved = movedServers(before, now);
    for (const { address, verdict, reason } of moved)
      this.#tell(verdict, `real server ${address} of service ${service} is ${verdict}: ${reason}`);
    if (before?.verdict !== now.verdict) {
      this.#options.metrics.transition(service, now.verdict);
      this.#tell(now.verdict, `service ${service} is ${now.verdict}: ${now.reason}`);
    } else if (moved.length === 0) return;
    this.#options.onChange(now.verdict);
  }

  #tell(verdict: Verdict, line: string): void {
    if (verdict === "down") this.#options.log.warn(line);
    else this.#options.log.info(line);
  }

  #judge(service: string, before?: ServiceHealth): ServiceHealth {
    return this.#judgeAll(this.#monitors.get(service) ?? [], this.#quorums.get(service), before);
  }

  #judgeAll(all: readonly (Witness & Task)[], quorum = 1, before?: ServiceHealth): ServiceHealth {
    const { clock, staleVerdict } = this.#options;
    const own = all.filter((one) => one.realServer === undefined);
    const members = Map.groupBy(
      all.filter((one) => one.realServer !== undefined),
      (one) => one.realServer as Address,
    );
    return judge(own, staleVerdict(), clock.now(), before, { members, quorum });
  }
}

function unprobed(task: Task): Witness & Task {
  return { ...task, monitor: { name: checkName(task.config), health: UNPROBED } };
}

/** One of these that runs just this check and is not taken yet; takes it. */
function takeSame(running: readonly Running[], task: Task, taken: Set<Running>): Running | undefined {
  const text = JSON.stringify(task.config);
  const same = running.find(
    (one) => !taken.has(one) && one.realServer === task.realServer && JSON.stringify(one.config) === text,
  );
  if (same !== undefined) taken.add(same);
  return same;
}

async function stop({ freshness, monitor }: Running): Promise<void> {
  freshness?.stop();
  await monitor.stop();
}
