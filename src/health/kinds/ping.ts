import { execa } from "execa";
import * as z from "zod";
import type { HealthCheck, ProbeResult } from "../../core/ports.ts";
import { hostSchema } from "../host.ts";
import { failing, oneLine, PASSING } from "../result.ts";
import { timingFields } from "../timing.ts";

export const schema = z.strictObject({
  kind: z.literal("ping").describe("Healthy when at least one of the addresses answers an ICMP echo request."),
  ...timingFields,
  addresses: z
    .array(hostSchema)
    .min(1)
    .describe("Addresses or names to ping, all at the same time; one that answers is enough."),
});

export type PingConfig = z.output<typeof schema>;

/** What the check probes, for its name: `10.0.0.1 or 10.0.0.2`. */
export function target(config: PingConfig): string {
  return config.addresses.join(" or ");
}

/** A check that runs ping(8) of iputils once for each address and probe; `binary` is for tests. */
export function create(config: PingConfig, binary = "ping"): HealthCheck {
  return { probe: (signal) => probe(config, binary, signal) };
}

async function probe(config: PingConfig, binary: string, signal: AbortSignal): Promise<ProbeResult> {
  const answered = new AbortController();
  const ended = AbortSignal.any([signal, answered.signal]);
  // ping ends by itself as well, should this process die; it counts in whole seconds.
  const seconds = Math.max(1, Math.ceil(config.timeout / 1000));
  const pings = config.addresses.map(async (address) => {
    const reason = await ping(binary, address, seconds, ended);
    if (reason === undefined) answered.abort();
    return reason;
  });
  // All of them, not the first: a probe leaves no process behind.
  const reasons = await Promise.all(pings);
  if (answered.signal.aborted) return PASSING;
  return failing([...new Set(reasons)].join("; "));
}

const NEEDS_RAW =
  "needs CAP_NET_RAW: in AmbientCapabilities and CapabilityBoundingSet (systemd) or cap_add: [NET_RAW] (containers)";

/** Answers undefined when `address` answered, else the reason. */
async function ping(
  binary: string,
  address: string,
  seconds: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const result = await execa(binary, ["-n", "-q", "-c", "1", "-W", String(seconds), address], {
    cancelSignal: signal,
    killSignal: "SIGKILL",
    forceKillAfterDelay: false,
    // By default execa listens for SIGTERM and ends this process by it while a ping runs; the controller leaves in order.
    cleanup: false,
    stdin: "ignore",
    reject: false,
    env: { LC_ALL: "C" },
    // The option counts characters of each stream; ping writes a handful of lines.
    maxBuffer: 4096,
  });
  if (!result.failed) return undefined;
  if (result.code === "ENOENT") return `the program ${binary} is missing; install iputils-ping`;
  // Debian's ping has the capability on its file, and does not even start where the process may not have it.
  if (result.code === "EPERM") return `the program ${binary} cannot be run by this process; ${NEEDS_RAW}`;
  if (result.code === "EACCES") return `the program ${binary} cannot be run by this user`;
  // Exit code 1 is "no answer", 2 is everything else, told on stderr.
  if (result.exitCode === 1 || result.isCanceled) return `${address} does not answer`;
  const said = oneLine(result.stderr || (result.shortMessage ?? `failed with exit code ${result.exitCode}`));
  // It begins with giving up all rights but that one, by system calls that a unit's filter may refuse.
  if (/(setuid|cap_set_proc|prctl): Operation not permitted/.test(said))
    return `ping may not take up its capability (${said.replace(/^ping: /, "")}); needs SystemCallFilter=capset setuid (systemd)`;
  if (/Operation not permitted/.test(said)) return `ping may not open its socket; ${NEEDS_RAW}`;
  return `ping ${address}: ${said.replace(/^ping: /, "")}`;
}
