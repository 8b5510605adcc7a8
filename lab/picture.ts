import type { Program } from "./program.ts";
import type { Topology } from "./topology.ts";
import type { RequestReport } from "./traffic.ts";

export type Health = "up" | "down" | "frozen";

/** One host at one moment, as seen from outside. */
export interface HostPicture {
  readonly name: string;
  readonly service: Health;
  readonly gobgpd: Health;
  readonly controller: Health;
  /** What its metrics say is advertised, VIP by VIP; undefined: no answer. */
  readonly announces: readonly boolean[] | undefined;
  /** Whether the router's table has it as a next hop, VIP by VIP. */
  readonly routed: readonly boolean[];
  readonly requests: number;
  /** Requests answered in the last seconds. */
  readonly recent: number;
}

/** The whole lab at one moment: what the screen shows. */
export interface Picture {
  readonly hosts: readonly HostPicture[];
  readonly table: readonly { readonly prefix: string; readonly nextHops: readonly string[] }[];
  readonly requests: number;
  readonly errors: number;
  readonly lastError: RequestReport | undefined;
}

/** Over how many milliseconds `recent` counts. */
export const RECENT = 5000;

/** Looks at the lab. Costs the router two questions on its control socket, and no process. */
export async function takePicture(lab: Topology): Promise<Picture> {
  const table = await Promise.all(
    lab.site.vips.map(async (vip) => ({
      prefix: `${vip}/${vip.includes(":") ? 128 : 32}`,
      nextHops: await lab.router.nextHops(vip).catch((): readonly string[] => []),
    })),
  );
  const requests = lab.client.requests();
  const since = Date.now() - RECENT;
  const errors = requests.filter((request) => request.error !== undefined);
  const hosts = lab.hosts.map((host) => {
    const own = requests.filter((request) => request.host === host.name);
    const gauges = lab.client.advertised(host.name);
    return {
      name: host.name,
      service: health(host.service),
      gobgpd: health(host.gobgpd),
      controller: health(host.controller),
      announces: gauges === undefined ? undefined : lab.site.vips.map((vip) => gauges[vip] === 1),
      routed: lab.site.vips.map((vip, index) => table[index]?.nextHops.includes(lab.nextHop(host, vip)) ?? false),
      requests: own.length,
      recent: own.filter((request) => request.end > since).length,
    };
  });
  return { hosts, table, requests: requests.length, errors: errors.length, lastError: errors.at(-1) };
}

function health(program: Program): Health {
  if (program.frozen) return "frozen";
  return program.running ? "up" : "down";
}
