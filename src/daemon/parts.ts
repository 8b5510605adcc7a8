import type { Metrics } from "../admin/metrics.ts";
import type { Gobgp } from "../config/config.ts";
import type { plan } from "../core/plan.ts";
import type { Clock, HealthCheck, Kernel, Sockets, Speaker, SpeakerEvent, TrafficMeter } from "../core/ports.ts";
import type { Follow } from "../dataplane/follow.ts";
import type { CheckConfig } from "../health/registry.ts";
import type { serveAdmin } from "./admin-endpoint.ts";
import type { EventStore } from "./event-store.ts";
import type { ListensEverywhere } from "./exposure.ts";
import type { DialGuard } from "./guard-line.ts";
import type { Disk } from "./ledger.ts";
import type { takeLock } from "./lock.ts";
import type { Logger } from "./log.ts";
import type { serveMetrics } from "./metrics-endpoint.ts";
import type { PageEndpoint, PageEndpointOptions } from "./page-endpoint.ts";
import type { ServiceManager } from "./service-manager.ts";

/** A speaker that keeps its connection by itself, from `start` to `stop`. */
export interface LiveSpeaker extends Speaker {
  start(): void;
  stop(): Promise<void>;
}

/**
 * All by which a controller reaches what is outside of it, time and chance included: a test that gives it other parts gives it another world.
 * `systemParts` is the set for a real host.
 */
export interface Parts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly manager: ServiceManager;
  readonly metrics: Metrics;
  /** 0 <= random() < 1. */
  readonly random: () => number;
  readonly disk: Disk;
  /** The journal in the state directory. */
  readonly openEvents: (directory: string) => EventStore;
  readonly sockets: Sockets;
  readonly listensEverywhere: ListensEverywhere;
  /** Without it no traffic is counted for the metrics. */
  readonly meter?: TrafficMeter;
  /** The difference between what should be and what is, in the order in which it is done. */
  readonly plan: typeof plan;
  readonly takeLock: typeof takeLock;
  readonly openKernel: (ipvs: boolean) => Kernel;
  /** Throws UsageError, which begins with `source`, where a TLS file cannot be read. */
  readonly openSpeaker: (
    gobgp: Gobgp,
    source: string,
    clock: Clock,
    onEvent: (event: SpeakerEvent) => void,
  ) => Promise<LiveSpeaker>;
  /** Throws UsageError where the check's own files cannot be used. */
  readonly createCheck: (config: CheckConfig) => HealthCheck;
  readonly dialGuard: DialGuard;
  readonly follow: Follow;
  readonly serveMetrics: typeof serveMetrics;
  readonly serveAdmin: typeof serveAdmin;
  /** The status page, as yet nowhere; undefined: there is to be none. */
  readonly openPage: (
    options: Omit<PageEndpointOptions, "meter">,
  ) => Pick<PageEndpoint, "handler" | "follow" | "close"> | undefined;
}
