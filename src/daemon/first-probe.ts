import type { ConfiguredService } from "../config/config.ts";
import type { Address } from "../core/address.ts";
import type { ServiceHealth } from "../core/desired.ts";
import { fold, UNPROBED } from "../core/health.ts";
import type { Clock, ProbeResult } from "../core/ports.ts";
import { Monitor } from "../health/monitor.ts";
import type { CheckConfig } from "../health/registry.ts";
import { checkName, createCheck } from "../health/registry.ts";
import { judge } from "./judge.ts";
import type { Task } from "./watched.ts";
import { tasks, watched } from "./watched.ts";

const ONCE = { rise: 1, fall: 1 };

/** How each service would be if one probe of each of its checks, those of its real servers too, were the verdict. */
export async function probeOnce(
  services: readonly ConfiguredService[],
  clock: Clock,
): Promise<ReadonlyMap<string, ServiceHealth>> {
  const found = services.map(async (service) => {
    const { name, pool } = watched(service);
    const probed = await Promise.all(tasks(watched(service)).map((task) => witness(task, clock)));
    const own = probed.filter(({ realServer }) => realServer === undefined);
    const others = probed.filter(({ realServer }) => realServer !== undefined);
    const members = Map.groupBy(others, ({ realServer }) => realServer as Address);
    const quorum = pool?.quorum ?? 1;
    const health = judge(own, "down", clock.now(), undefined, { members, quorum });
    return [name, { ...health, reason: `${health.reason} (one probe)` }] as const;
  });
  return new Map(await Promise.all(found));
}

async function witness({ config, realServer }: Task, clock: Clock) {
  const health = fold(UNPROBED, await once(config, clock), ONCE, clock.now());
  return { config, realServer, monitor: { name: checkName(config), health } };
}

/** The first result of a monitor, so that the timeout is as hard here as it is in the running controller. */
function once(config: CheckConfig, clock: Clock): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const { interval, timeout } = config;
    const monitor = new Monitor({
      name: checkName(config),
      check: createCheck(config),
      interval,
      timeout,
      thresholds: ONCE,
      clock,
      random: () => 0,
      onResult: (_health, result) => {
        void monitor.stop();
        resolve(result);
      },
    });
    monitor.start();
  });
}
