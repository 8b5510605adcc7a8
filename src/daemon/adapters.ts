import { Metrics } from "../admin/metrics.ts";
import { plan } from "../core/plan.ts";
import type { Kernel } from "../core/ports.ts";
import { SystemCommand } from "../dataplane/command.ts";
import { follow } from "../dataplane/follow.ts";
import { LinuxKernel } from "../dataplane/kernel.ts";
import { listensEverywhere } from "../dataplane/listening.ts";
import { IpvsMeter } from "../dataplane/meter.ts";
import { ProcSockets } from "../dataplane/sockets.ts";
import { createCheck } from "../health/registry.ts";
import { serveAdmin } from "./admin-endpoint.ts";
import { systemClock } from "./clock.ts";
import { EventFiles } from "./event-store.ts";
import { dialGuard } from "./guard-line.ts";
import { systemDisk } from "./ledger.ts";
import { takeLock } from "./lock.ts";
import type { Logger } from "./log.ts";
import { serveMetrics } from "./metrics-endpoint.ts";
import { openSpeaker } from "./open-speaker.ts";
import { PageEndpoint } from "./page-endpoint.ts";
import type { Parts } from "./parts.ts";
import type { ServiceManager } from "./service-manager.ts";
import { version } from "./version.ts";

/** A controller's reach on a real host. */
export function systemParts(log: Logger, manager: ServiceManager): Parts {
  const command = new SystemCommand();
  const meter = new IpvsMeter(command);
  return {
    clock: systemClock,
    log,
    manager,
    metrics: new Metrics(version),
    random: Math.random,
    disk: systemDisk,
    openEvents: (directory) => new EventFiles(directory),
    sockets: new ProcSockets(command),
    listensEverywhere: (port) => listensEverywhere(command, port),
    meter,
    plan,
    takeLock,
    openKernel,
    openSpeaker,
    createCheck,
    dialGuard,
    follow,
    serveMetrics,
    serveAdmin,
    openPage: (options) => new PageEndpoint({ ...options, meter }),
  };
}

/** The kernel of this network namespace. */
export function openKernel(ipvs: boolean): Kernel {
  return new LinuxKernel({ command: new SystemCommand(), ipvs });
}
