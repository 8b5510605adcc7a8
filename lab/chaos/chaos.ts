import { hostConfig } from "../host-config.ts";
import type { Site, Station } from "../site.ts";
import { Topology } from "../topology.ts";
import type { Account } from "./account.ts";
import { account } from "./account.ts";
import { FAULTS, type Fault, FOREIGN, INTERVAL } from "./faults.ts";
import type { Blow } from "./lane.ts";
import { Lane } from "./lane.ts";
import { randomOf, shuffled } from "./random.ts";

export interface ChaosOptions {
  /** How many faults, over all hosts. */
  readonly faults: number;
  /** Which faults come in which order on each host; when they meet is up to the machine. */
  readonly seed: number;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The lab's hosts, each under a guard and with foreign things beside ours, converged and under the client's requests. */
export async function startChaosLab(say: (line: string) => void, signal: AbortSignal): Promise<Topology> {
  const host = (site: Site, station: Station) => ({
    config: { ...(hostConfig(site, station) as object), reconcileInterval: `${INTERVAL}s`, realServerDrain: "5s" },
    guard: true,
  });
  const lab = await Topology.start({ hosts: 3, host, say, signal });
  try {
    await lab.converged();
    for (const { namespace } of lab.hosts) {
      await namespace.ip(FOREIGN.ip);
      await namespace.run(["ipvsadm", "-R"], `${FOREIGN.ipvs.join("\n")}\n`);
    }
    lab.client.start();
    await lab.client.next(12);
    return lab;
  } catch (error) {
    await lab.stop();
    throw error;
  }
}

/** Plays faults on all hosts at once, each host's one after the other; answers true when all that is promised held. */
export async function chaos({ faults, seed, say, signal }: ChaosOptions): Promise<boolean> {
  say(`seed ${seed}: ${faults} faults, each one of ${FAULTS.length}`);
  const lab = await startChaosLab(say, signal);
  try {
    const blows: Blow[] = [];
    const share = Math.ceil(faults / lab.hosts.length);
    const begin = Date.now();
    await Promise.all(
      lab.hosts.map(async (host, index) => {
        const random = randomOf(seed + index);
        const lane = new Lane(lab, host, random);
        await lane.remember();
        const list = sequence(Math.min(share, faults - index * share), random);
        for (const fault of list) {
          signal.throwIfAborted();
          const blow = await lane.suffer(fault);
          blows.push(blow);
          const took = blow.took === undefined ? "" : `, ${(blow.took / 1_000).toFixed(1)} s`;
          say(`${blows.length}/${faults} ${host.name}: ${fault.name}${took}`);
          for (const line of blow.violations) say(`  VIOLATED ${host.name}: ${line}`);
        }
      }),
    );
    const end = Date.now();
    await lab.converged();
    const last = (await lab.client.next(30)).filter(({ error }) => error !== undefined);
    const windows = blows.flatMap(({ window }) => (window === undefined ? [] : [window]));
    const found = account(lab.client.requests(), windows, lab.router.events());
    for (const line of report(blows, found, end - begin)) say(line);
    if (last.length > 0) say(`VIOLATED: ${last.length} of 30 requests fail after all of it`);
    return (
      last.length === 0 && found.unexplained.length === 0 && blows.every(({ violations }) => violations.length === 0)
    );
  } finally {
    await lab.stop();
  }
}

/** Each fault once in some order, then each once in another, until there are enough. */
function sequence(count: number, random: () => number): readonly Fault[] {
  const list: Fault[] = [];
  while (list.length < count) list.push(...shuffled(FAULTS, random));
  return list.slice(0, Math.max(0, count));
}

function report(blows: readonly Blow[], { requests, causes, unexplained }: Account, took: number): readonly string[] {
  const rows = FAULTS.flatMap(({ name, goneWithin, mendedWithin }) => {
    const own = blows.filter(({ fault }) => fault.name === name);
    const times = own.flatMap((blow) => (blow.took === undefined ? [] : [blow.took / 1_000])).sort((a, b) => a - b);
    const what = goneWithin !== undefined ? "gone" : mendedWithin !== undefined ? "mended" : "";
    const worst = times.at(-1);
    const median = times[Math.floor(times.length / 2)];
    const figures = median === undefined ? "" : `${what} after ${median.toFixed(1)} s, at most ${worst?.toFixed(1)} s`;
    return own.length === 0 ? [] : [`  ${String(own.length).padStart(3)}  ${name.padEnd(46)} ${figures}`.trimEnd()];
  });
  const failed = [...causes.values()].reduce((sum, count) => sum + count, 0) + unexplained.length;
  const violations = blows.flatMap((blow) => blow.violations.map((line) => `  ${blow.host}: ${line}`));
  return [
    "",
    `${blows.length} faults in ${Math.round(took / 1_000)} s`,
    ...rows,
    `${requests} requests, ${failed} failed:`,
    ...[...causes].sort(([, a], [, b]) => b - a).map(([cause, count]) => `  ${String(count).padStart(5)}  ${cause}`),
    `  ${String(unexplained.length).padStart(5)}  unexplained`,
    ...unexplained
      .slice(0, 10)
      .map(
        ({ start, end, vip, error }) => `         ${new Date(start).toISOString()} +${end - start} ms ${vip}: ${error}`,
      ),
    violations.length === 0 ? "every promise held" : `${violations.length} promises did not hold:`,
    ...violations,
  ];
}
