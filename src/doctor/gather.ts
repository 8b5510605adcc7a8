import type { Clock } from "../core/ports.ts";
import { openKernel } from "../daemon/adapters.ts";
import { askHolder, LOCK_NAME } from "../daemon/lock.ts";
import { SystemCommand } from "../dataplane/command.ts";
import type { Facts, Wanted } from "./facts.ts";
import { neededModules } from "./kernel.ts";
import { isListener, readListeners } from "./listeners.ts";
import { readClock, readDirectory, readGuard, readNetworkd, readPrograms } from "./read-host.ts";
import { readKernel, readRights, readSysctls } from "./read-kernel.ts";
import { readSpeaker } from "./read-speaker.ts";
import { sysctlNames } from "./sysctls.ts";

export interface Where {
  readonly stateDirectory: string;
  /** undefined: -guard-socket off. */
  readonly guardSocket: string | undefined;
}

/** Looks at this host and gobgpd; changes nothing, and throws nothing that a missing tool or right is the cause of. */
export async function gather(wanted: Wanted, where: Where, clock: Clock): Promise<Facts> {
  const command = new SystemCommand();
  const config = wanted.config.state === "read" ? wanted.config.config : undefined;
  const services = (config?.services ?? []).map(({ service }) => service);
  const virtual = services.flatMap(({ virtualServices }) => virtualServices);
  const kernel = openKernel(false).observe(new AbortController().signal);
  const links = await kernel.then(
    (state) => [...state.links.values()],
    () => undefined,
  );
  const controller = await askHolder();
  const api = Number(/:(\d+)$/.exec(wanted.api)?.[1] ?? 0);
  const page = typeof config?.page.address === "object" ? config.page.address.port : 0;
  const ports = [50051, api, wanted.metrics?.port ?? 0, page, config?.identity?.listenPort ?? 0];
  for (const { port, realServers } of virtual) ports.push(port, ...realServers.map((server) => server.port));
  const self = `this process (user ${process.geteuid?.() ?? "?"})`;
  const rights = (await rightsOf(controller)) ?? (await readRights("self", self));
  return {
    wanted,
    programs: await readPrograms(command),
    node: process.version,
    kernel: await readKernel(
      neededModules(
        wanted.network,
        wanted.ipvs,
        virtual.map(({ scheduler }) => scheduler),
      ),
    ),
    rights: rights ?? { whose: self, capabilities: 0n, groups: [], userNamespace: false, systemd: false },
    sysctls: await readSysctls(sysctlNames((links ?? []).map(({ name }) => name))),
    links,
    speaker: await readSpeaker(config?.gobgp ?? { address: wanted.api }, wanted.file, clock),
    listeners: await readListeners(new Set(ports)),
    networkd: await readNetworkd(),
    clockSynchronised: await readClock(command),
    stateDirectory: await readDirectory(where.stateDirectory),
    guard: where.guardSocket === undefined ? undefined : await readGuard(where.guardSocket),
    controller,
  };
}

/** Of the running controller, where this user may see them. */
async function rightsOf(controller: Facts["controller"]): Promise<Facts["rights"] | undefined> {
  if (typeof controller === "string" || !(await isListener(controller.pid, LOCK_NAME))) return undefined;
  return readRights(controller.pid, `the controller (process ${controller.pid})`);
}
