import { readFile } from "node:fs/promises";
import { Metrics } from "../admin/metrics.ts";
import type { Gobgp } from "../config/config.ts";
import { messageOf, UsageError } from "../core/errors.ts";
import { plan } from "../core/plan.ts";
import type { Clock, Kernel, SpeakerEvent } from "../core/ports.ts";
import { SystemCommand } from "../dataplane/command.ts";
import { follow } from "../dataplane/follow.ts";
import { LinuxKernel } from "../dataplane/kernel.ts";
import { listensEverywhere } from "../dataplane/listening.ts";
import { IpvsMeter } from "../dataplane/meter.ts";
import { ProcSockets } from "../dataplane/sockets.ts";
import { createCheck } from "../health/registry.ts";
import { GobgpSpeaker } from "../speaker/speaker.ts";
import { serveAdmin } from "./admin-endpoint.ts";
import { systemClock } from "./clock.ts";
import { EventFiles } from "./event-store.ts";
import { dialGuard } from "./guard-line.ts";
import { systemDisk } from "./ledger.ts";
import { takeLock } from "./lock.ts";
import type { Logger } from "./log.ts";
import { serveMetrics } from "./metrics-endpoint.ts";
import { PageEndpoint } from "./page-endpoint.ts";
import type { Parts } from "./parts.ts";
import type { ServiceManager } from "./service-manager.ts";
import type { Settings } from "./settings.ts";
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

/** gobgpd at the address, not started yet; throws UsageError, which begins with `source`, where a TLS file cannot be read. */
export async function openSpeaker(
  { address, tls }: Gobgp,
  source: string,
  clock: Clock,
  onEvent: (event: SpeakerEvent) => void,
): Promise<GobgpSpeaker> {
  if (tls === undefined) return new GobgpSpeaker({ address, clock, onEvent });
  const entries = Object.entries(tls).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const files = await Promise.all(
    entries.map(async ([name, file]) => [name, await readTls(source, name, file)] as const),
  );
  return new GobgpSpeaker({ address, tls: Object.fromEntries(files), clock, onEvent });
}

/** Milliseconds that a command which looks once waits for gobgpd's first word. */
const FIRST_WORD_MS = 3_000;

/** Connects to gobgpd for as long as `use` takes, which begins when gobgpd was heard of, one way or the other. */
export async function withSpeaker<Answer>(
  settings: Settings,
  clock: Clock,
  use: (speaker: GobgpSpeaker) => Promise<Answer>,
): Promise<Answer> {
  const heard = new AbortController();
  const speaker = await openSpeaker(settings.config.gobgp, settings.file, clock, (event) => {
    if (event.kind === "up" || event.kind === "down") heard.abort();
  });
  speaker.start();
  try {
    await clock.sleep(FIRST_WORD_MS, heard.signal);
    return await use(speaker);
  } finally {
    await speaker.stop();
  }
}

async function readTls(config: string, name: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`${config}: bgp.gobgp.tls.${name}: cannot read ${JSON.stringify(file)} (${messageOf(error)})`);
  }
}
