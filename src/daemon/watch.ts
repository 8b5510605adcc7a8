import type { ConfiguredService } from "../config/config.ts";
import type { ServiceHealth } from "../core/desired.ts";
import type { Verdict } from "../core/health.ts";
import type { StaleVerdict } from "../core/staleness.ts";
import { Monitor } from "../health/monitor.ts";
import type { CheckConfig } from "../health/registry.ts";
import { checkName } from "../health/registry.ts";
import { Freshness } from "./freshness.ts";
import type { Notes } from "./journal.ts";
import { judge } from "./judge.ts";
import type { Parts } from "./parts.ts";

export interface Watched {
  readonly name: string;
  readonly checks: readonly CheckConfig[];
}

/** What is to be watched of a service of the config. */
export function watched({ service, checks }: ConfiguredService): Watched {
  return { name: service.name, checks };
}

interface Running {
  readonly config: CheckConfig;
  readonly monitor: Monitor;
  /** There once it was started. */
  freshness?: Freshness;
}

export interface WatchOptions extends Pick<Parts, "clock" | "log" | "metrics" | "createCheck" | "random"> {
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
  #started = false;
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
    const after = services.map(({ name, checks }) => {
      const own = before.get(name) ?? [];
      return [name, checks.map((check) => takeSame(own, check, kept) ?? this.#monitor(name, check))] as const;
    });
    this.#monitors = new Map(after);
    for (const [name, running] of before) {
      for (const one of running.filter((own) => !kept.has(own))) {
        void stop(one);
        this.#options.metrics.forget(name, one.monitor.name);
      }
      if (this.#monitors.has(name)) continue;
      this.#health.delete(name);
      this.#options.metrics.forgetService(name);
    }
    for (const [name, running] of after) {
      if (running.every((one) => kept.has(one)) && running.length === before.get(name)?.length) continue;
      if (before.has(name)) this.#follow(name);
      else this.#health.set(name, judge(running, "down", this.#options.clock.now()));
      if (this.#started) for (const one of running) if (!kept.has(one)) this.#start(name, one);
    }
  }

  get health(): ReadonlyMap<string, ServiceHealth> {
    return this.#health;
  }

  /** Every service has a verdict. */
  get allJudged(): boolean {
    return [...this.#health.values()].every((one) => one.verdict !== "unknown");
  }

  start(): void {
    this.#started = true;
    for (const [name, running] of this.#monitors) for (const one of running) this.#start(name, one);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#monitors.values()].flat().map(stop));
  }

  #start(service: string, one: Running): void {
    const { clock, metrics } = this.#options;
    metrics.stale(service, one.monitor.name, false);
    one.freshness = new Freshness({
      clock,
      pace: one.config,
      onStale: () => {
        metrics.stale(service, one.monitor.name, true);
        this.#follow(service);
      },
    });
    one.monitor.start();
  }

  #monitor(service: string, config: CheckConfig): Running {
    const { clock, metrics, random, createCheck } = this.#options;
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
        running.freshness?.renew();
        metrics.stale(service, name, false);
        this.#follow(service);
      },
    });
    const running: Running = { config, monitor };
    return running;
  }

  #follow(service: string): void {
    const { clock, staleVerdict } = this.#options;
    const before = this.#health.get(service);
    const now = judge(this.#monitors.get(service) ?? [], staleVerdict(), clock.now(), before);
    // The reason of a standing verdict may change with every probe: kept for status, no news for the log.
    this.#health.set(service, now);
    this.#note(service, before, now);
    if (before?.verdict === now.verdict) return;
    this.#options.metrics.transition(service, now.verdict);
    const line = `service ${service} is ${now.verdict}: ${now.reason}`;
    if (now.verdict === "down") this.#options.log.warn(line);
    else this.#options.log.info(line);
    this.#options.onChange(now.verdict);
  }

  /** A service's only check says what the service says. */
  #note(service: string, before: ServiceHealth | undefined, { verdict, reason, checks = [] }: ServiceHealth): void {
    const { journal } = this.#options;
    for (const [at, check] of checks.entries()) {
      if (checks.length === 1 || before?.checks?.[at]?.verdict === check.verdict) continue;
      const { name: what, verdict: state, reason: why } = check;
      journal.note({ kind: "check", services: [service], what, state, reason: why });
    }
    if (before?.verdict !== verdict) journal.note({ kind: "health", services: [service], state: verdict, reason });
  }
}

/** One of these that runs just this check and is not taken yet; takes it. */
function takeSame(running: readonly Running[], config: CheckConfig, taken: Set<Running>): Running | undefined {
  const text = JSON.stringify(config);
  const same = running.find((one) => !taken.has(one) && JSON.stringify(one.config) === text);
  if (same !== undefined) taken.add(same);
  return same;
}

async function stop({ freshness, monitor }: Running): Promise<void> {
  freshness?.stop();
  await monitor.stop();
}
