import type { ServerTraffic, TrafficCounter } from "../core/ports.ts";
import { realServerKey } from "../core/service.ts";
import type { Command } from "./command.ts";
import { CommandError } from "./command-error.ts";
import { PROC_TABLE, parseServers } from "./ipvs-proc.ts";
import { parseServerStats, STATS } from "./ipvs-stats.ts";

/** What goes through IPVS here: the kernel's table, and ipvsadm for the counters that it does not hold. */
export class IpvsTraffic implements TrafficCounter {
  readonly #command: Command;

  constructor(command: Command) {
    this.#command = command;
  }

  async servers(signal: AbortSignal): Promise<readonly ServerTraffic[]> {
    const text = await this.#command.read(PROC_TABLE);
    if (text === undefined) return [];
    const answer = await this.#command.run(STATS, { signal });
    if (answer.code !== 0) throw new CommandError(STATS, answer.stderr, answer.code);
    const ever = parseServerStats(answer.stdout);
    return parseServers(text).map(({ service, server, active, inactive }) => {
      const key = realServerKey(server);
      const { weight, forwarding } = server;
      return {
        virtualService: service,
        server: key,
        weight,
        forwarding,
        active,
        inactive,
        ever: ever.get(`${service} ${key}`),
      };
    });
  }
}
