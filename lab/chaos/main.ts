import { setTimeout as sleep } from "node:timers/promises";
import { SLOW } from "../patience.ts";
import type { Topology } from "../topology.ts";
import { account, type Failure } from "./accounting.ts";
import { Conductor } from "./conductor.ts";
import { Foreign } from "./foreign.ts";
import { earlyTeardowns, lies } from "./laws.ts";
import type { Breach } from "./record.ts";
import { report } from "./report.ts";
import { routedSpans } from "./routes.ts";
import { scriptOf } from "./script.ts";
import { Watch } from "./watch.ts";

export interface ChaosOptions {
  readonly count: number;
  readonly seed: number;
  readonly overlap: number;
  /** Milliseconds over which the faults are spread; 0: as fast as they can follow one another. */
  readonly duration: number;
}

export interface ChaosResult {
  readonly lines: readonly string[];
  readonly kept: boolean;
}

/** How long nothing may move any more at the end, milliseconds. */
const QUIET = 3000 * Math.min(SLOW, 5);

/** Random faults under traffic, and the laws held against what was seen from outside. The lab has converged, and the client runs. */
export async function chaos(
  lab: Topology,
  options: ChaosOptions,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<ChaosResult> {
  const { seed, count, overlap, duration } = options;
  say(`${count} faults, seed ${seed}; again: npm run lab -- --chaos ${count} --seed ${seed}`);
  const foreign = new Map(lab.hosts.map((host) => [host.name, new Foreign(host, lab.site.vips)]));
  for (const goods of foreign.values()) await goods.plant();
  const before = await seenOf(foreign);
  const watch = await Watch.start(lab);
  try {
    const first = lab.client.mark();
    const conductor = new Conductor({ lab, watch, foreign, overlap, duration, say, signal });
    await conductor.perform(scriptOf(seed, count, lab.hosts.length));
    say(`the last fault is over; nothing may move any more for ${QUIET / 1000} s`);
    const restless = await movesIn(lab, watch, signal);
    const requests = lab.client.requests(first);
    const { faults } = conductor;
    const events = lab.router.events();
    const routes = routedSpans(events);
    const failures = requests
      .filter((request) => request.error !== undefined)
      .map((request): Failure => ({ request, hosts: watch.flows.hostsOf(request.flow, request.start, request.end) }));
    const accounts = account(failures, { faults, routes, events, slow: SLOW });
    const kernel = await watch.kernel();
    const seen = { faults, routes, sights: watch.sights.changes(), kernel, vips: lab.site.vips, slow: SLOW };
    const unexplained = accounts.filter((one) => one.cause === undefined).length;
    const breaches: readonly Breach[] = [
      ...conductor.breaches,
      ...lies(seen),
      ...earlyTeardowns(seen),
      ...restless,
      ...changed(before, await seenOf(foreign)),
      ...(unexplained === 0
        ? []
        : [{ law: "accounted", text: `${unexplained} requests failed for no fault` } as const]),
    ];
    const lines = report({ seed, faults, routes, requests: requests.length, failures: accounts, breaches });
    return { lines, kept: breaches.length === 0 };
  } finally {
    await watch.stop();
  }
}

/** What moves in a while in which nothing should: routes at the router, links and addresses of the hosts. */
async function movesIn(lab: Topology, watch: Watch, signal: AbortSignal): Promise<readonly Breach[]> {
  const counts = async () => [...(await watch.kernel()).values()].reduce((sum, changes) => sum + changes.length, 0);
  const [mark, before] = [await lab.router.mark(), await counts()];
  await sleep(QUIET, undefined, { signal });
  const heard = lab.router.events(mark).length;
  const changes = (await counts()) - before;
  if (heard + changes === 0) return [];
  return [{ law: "converges", text: `at the end the router heard ${heard} changes, and the kernels told ${changes}` }];
}

async function seenOf(foreign: ReadonlyMap<string, Foreign>): Promise<ReadonlyMap<string, readonly string[]>> {
  const seen = [...foreign].map(async ([host, goods]) => [host, await goods.seen()] as const);
  return new Map(await Promise.all(seen));
}

function changed(
  before: ReadonlyMap<string, readonly string[]>,
  after: ReadonlyMap<string, readonly string[]>,
): readonly Breach[] {
  return [...before].flatMap(([host, lines]) => {
    const now = after.get(host) ?? [];
    const gone = lines.filter((line) => !now.includes(line)).map((line) => `${host} lost: ${line}`);
    const come = now.filter((line) => !lines.includes(line)).map((line) => `${host} has got: ${line}`);
    return [...gone, ...come].map((text): Breach => ({ law: "nothing foreign", text }));
  });
}
