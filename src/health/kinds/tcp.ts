import { connect } from "node:net";
import * as z from "zod";
import type { HealthCheck, ProbeResult } from "../../core/ports.ts";
import { describeFailure } from "../failure.ts";
import { hostPort, hostSchema, portSchema } from "../host.ts";
import { failing, PASSING } from "../result.ts";
import { timingFields } from "../timing.ts";

export const schema = z.strictObject({
  kind: z.literal("tcp").describe("Healthy when a TCP connection is accepted; it is closed at once, nothing is sent."),
  ...timingFields,
  host: hostSchema.default("127.0.0.1").describe("Address or name to connect to."),
  port: portSchema.describe("TCP port to connect to."),
});

export type TcpConfig = z.output<typeof schema>;

/** What the check probes, for its name: `127.0.0.1:8080`. */
export function target(config: TcpConfig): string {
  return hostPort(config.host, config.port);
}

/** A check that opens one TCP connection for each probe and closes it. */
export function create(config: TcpConfig): HealthCheck {
  return { probe: (signal) => probe(config, signal) };
}

function probe(config: TcpConfig, signal: AbortSignal): Promise<ProbeResult> {
  const { promise, resolve } = Promise.withResolvers<ProbeResult>();
  if (signal.aborted) return Promise.resolve(failing("ended before it began"));
  const socket = connect({ host: config.host, port: config.port });
  const abort = () => finish(failing(`no connection to ${target(config)}`));
  const finish = (result: ProbeResult) => {
    signal.removeEventListener("abort", abort);
    socket.destroy();
    resolve(result);
  };
  signal.addEventListener("abort", abort, { once: true });
  // Stays for as long as the socket lives: an error after the verdict has nobody else who takes it.
  socket.on("error", (error) => finish(failing(describeFailure(error, target(config)))));
  socket.once("connect", () => finish(PASSING));
  return promise;
}
