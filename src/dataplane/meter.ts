import { ownedServerKey } from "../core/ownership.ts";
import type { ServiceTraffic, TrafficCounters, TrafficMeter } from "../core/ports.ts";
import type { VirtualServiceKey } from "../core/service.ts";
import { batchTimeout, type Command } from "./command.ts";
import { CommandError } from "./command-error.ts";
import { PROC_TABLE, parseServerLines } from "./ipvs-proc.ts";
import { parseCounters, STATS } from "./ipvs-stats.ts";

/** The traffic of this process's network namespace, by /proc and ipvsadm(8). */
export class IpvsMeter implements TrafficMeter {
  readonly #command: Command;

  constructor(command: Command) {
    this.#command = command;
  }

  async traffic(signal: AbortSignal): Promise<ReadonlyMap<VirtualServiceKey, ServiceTraffic>> {
    const text = await this.#command.read(PROC_TABLE);
    // No module, no table.
    if (text === undefined) return new Map();
    const { table, lines } = parseServerLines(text);
    const answer = await this.#command.run(STATS, { signal, timeoutMs: batchTimeout(table.size) });
    if (answer.code !== 0) throw new CommandError(STATS, answer.stderr, answer.code);
    const counted = parseCounters(answer.stdout);
    return new Map(
      [...table].flatMap(([key, service]) => {
        const counters = counted.services.get(key);
        // What came or went between the two reads is in neither answer.
        if (counters === undefined) return [];
        const servers = (lines.get(key) ?? []).flatMap(({ server, active = 0, inactive = 0 }) => {
          const own: TrafficCounters | undefined = counted.servers.get(ownedServerKey(service, server));
          return own === undefined ? [] : [{ server, active, inactive, ...own }];
        });
        return [[key, { service, ...counters, servers }] as const];
      }),
    );
  }
}
