import { endpoint, family } from "../core/address.ts";
import type { KernelOp } from "../core/op.ts";
import type { Protocol, RealServer, VirtualService } from "../core/service.ts";
import { REAL_SERVER_OPTIONS, SCHEDULER_FLAGS, VIRTUAL_SERVICE_OPTIONS } from "./ipvs-options.ts";

export type IpvsOp = Extract<
  KernelOp,
  {
    readonly kind:
      | "virtualService.add"
      | "virtualService.edit"
      | "virtualService.delete"
      | "realServer.add"
      | "realServer.edit"
      | "realServer.delete";
  }
>;

/** How ipvsadm(8) names a virtual service of the protocol. */
export const PROTOCOL_OPTIONS: Readonly<Record<Protocol, string>> = { tcp: "-t", udp: "-u", sctp: "--sctp-service" };

/** The op as words of ipvsadm(8), without `ipvsadm` itself; the same words are a line of `ipvsadm -R`. */
export function encodeIpvs(op: IpvsOp): readonly string[] {
  const { service } = op;
  const name = [PROTOCOL_OPTIONS[service.protocol], endpoint(service.vip, service.port)];
  switch (op.kind) {
    case "virtualService.add":
      return ["-A", ...name, ...scheduling(service)];
    case "virtualService.edit":
      return ["-E", ...name, ...scheduling(service)];
    case "virtualService.delete":
      return ["-D", ...name];
    case "realServer.add":
      return ["-a", ...name, ...backend(op.server), ...handling(op.server)];
    case "realServer.edit":
      return ["-e", ...name, ...backend(op.server), ...handling(op.server)];
    case "realServer.delete":
      return ["-d", ...name, ...backend(op.server)];
  }
}

/** A reason why this op must not be sent, or undefined: what ipvsadm answers by ending the whole batch, or by doing something else. */
export function ipvsFault(op: IpvsOp): string | undefined {
  const { service } = op;
  switch (op.kind) {
    case "virtualService.add":
    case "virtualService.edit": {
      const flag = service.flags.find((one) => SCHEDULER_FLAGS[one] !== service.scheduler);
      return flag === undefined ? undefined : `scheduler ${service.scheduler} has no flag ${flag}`;
    }
    case "realServer.add":
    case "realServer.edit": {
      const { server } = op;
      // ipvsadm 1.31 replaces the port by the virtual service's without a word.
      if (server.forwarding !== "masquerade" && server.port !== service.port)
        return `forwarding ${server.forwarding} cannot change the port from ${service.port} to ${server.port}: only masquerade can`;
      if (server.forwarding !== "tunnel" && family(server.address) !== family(service.vip))
        return `forwarding ${server.forwarding} cannot go from ${service.vip} to ${server.address}, another address family: only tunnel can`;
      return undefined;
    }
    default:
      return undefined;
  }
}

function scheduling(service: VirtualService): readonly string[] {
  const { scheduler, flags } = VIRTUAL_SERVICE_OPTIONS;
  return [...scheduler.write(service.scheduler), ...flags.write(service.flags)];
}

function backend(server: RealServer): readonly string[] {
  return ["-r", endpoint(server.address, server.port)];
}

function handling(server: RealServer): readonly string[] {
  const { forwarding, weight } = REAL_SERVER_OPTIONS;
  return [...forwarding.write(server.forwarding), ...weight.write(server.weight)];
}
