import type { Metrics } from "../admin/metrics.ts";
import type { ServiceHealth } from "../core/desired.ts";
import type { Verdict } from "../core/health.ts";
import { combine } from "../core/health.ts";
import type { Clock } from "../core/ports.ts";
import { Monitor } from "../health/monitor.ts";
import type { CheckConfig } from "../health/registry.ts";
import { checkName, createCheck } from "../health/registry.ts";
import type { Logger } from "./log.ts";

export interface Watched {
  readonly name: string;
  readonly checks: readonly CheckConfig[];
}

export interface WatchOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** A service's verdict changed. */
  readonly onChange: (verdict: Verdict) => void;
}

/** Runs the checks of all services and says how each service is. Throws UsageError where a check's own files cannot be used. */
export class Watch {
  readonly #options: WatchOptions;
  readonly #monitors = new Map<string, readonly Monitor[]>();
  readonly #health = new Map<string, ServiceHealth>();

  constructor(services: readonly Watched[], options: WatchOptions) {
    this.#options = options;
    for (const service of services) {
      this.#monitors.set(
        service.name,
        service.checks.map((check) => this.#monitor(service.name, check)),
      );
      this.#health.set(service.name, { verdict: "unknown", reason: "no verdict yet" });
    }
  }

  get health(): ReadonlyMap<string, ServiceHealth> {
    return this.#health;
  }

  start(): void {
    for (const monitor of this.#all()) monitor.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all().map((monitor) => monitor.stop()));
  }

  #all(): Monitor[] {
    return [...this.#monitors.values()].flat();
  }

  #monitor(service: string, config: CheckConfig): Monitor {
    const { clock, metrics } = this.#options;
    const name = checkName(config);
    return new Monitor({
      name,
      check: createCheck(config),
      interval: config.interval,
      timeout: config.timeout,
      thresholds: { rise: config.rise, fall: config.fall },
      clock,
      onResult: (health, result, milliseconds) => {
        metrics.probe(service, name, health.verdict, result.ok, milliseconds);
        this.#follow(service);
      },
    });
  }

  #follow(service: string): void {
    const now = judge(this.#monitors.get(service) ?? []);
    const before = this.#health.get(service);
    // The reason of a standing verdict may change with every probe: kept for status, no news for the log.
    this.#health.set(service, now);
    if (before?.verdict === now.verdict) return;
    const line = `service ${service} is ${now.verdict}: ${now.reason}`;
    if (now.verdict === "down") this.#options.log.warn(line);
    else this.#options.log.info(line);
    this.#options.onChange(now.verdict);
  }
}

/** The verdict of all monitors of a service, with the first thing that stands against it. */
function judge(monitors: readonly Monitor[]): ServiceHealth {
  const verdict = combine(monitors.map((monitor) => monitor.health));
  if (verdict === "up") return { verdict, reason: monitors.map((monitor) => `${monitor.name} passes`).join(", ") };
  const worst = monitors.find(({ health }) => health.verdict === verdict);
  return { verdict, reason: worst === undefined ? "no checks" : `${worst.name}: ${words(worst)}` };
}

function words({ health: { last, streak } }: Monitor): string {
  if (last === undefined) return "no verdict yet";
  return last.ok ? `passes again, ${streak} in a row so far` : last.reason;
}
