import type { Address } from "./address.ts";
import { endpoint } from "./address.ts";
import type { PathAttributes } from "./path.ts";

export type Protocol = "tcp" | "udp" | "sctp";
export type Scheduler =
  | "rr"
  | "wrr"
  | "lc"
  | "wlc"
  | "lblc"
  | "lblcr"
  | "dh"
  | "sh"
  | "sed"
  | "nq"
  | "fo"
  | "ovf"
  | "mh"
  | "twos";
/** What ipvsadm(8) takes after `-b`: flags of the schedulers sh and mh. */
export type SchedulerFlag = "sh-fallback" | "sh-port" | "mh-fallback" | "mh-port";
/** How IPVS hands packets over: ipvsadm(8) `-m`, `-g`, `-i`. */
export type Forwarding = "masquerade" | "direct" | "tunnel";

export interface Vip {
  readonly address: Address;
  /** Bits of the address that are bound and announced: 1..32 or 1..128. */
  readonly prefixLength: number;
}

/** An IPVS backend. */
export interface RealServer {
  readonly address: Address;
  readonly port: number;
  /** 0..65535; 0 takes no new connections. */
  readonly weight: number;
  readonly forwarding: Forwarding;
}

/** The IPVS object: packets for vip:port are spread over the real servers by the scheduler. */
export interface VirtualService {
  readonly vip: Address;
  readonly port: number;
  readonly protocol: Protocol;
  readonly scheduler: Scheduler;
  readonly flags: readonly SchedulerFlag[];
  readonly realServers: readonly RealServer[];
}

/** What an operator configures under one name, resolved: every default filled in, addresses canonical. */
export interface Service {
  readonly name: string;
  /** The dummy interface that carries the VIPs; services may share one. 1..15 bytes. */
  readonly link: string;
  readonly vips: readonly Vip[];
  /** Empty where IPVS is not set up by us. */
  readonly virtualServices: readonly VirtualService[];
  /** What its announcements carry beyond the next hop; the same for all services on one prefix. */
  readonly attributes?: PathAttributes;
}

/** Names one virtual service in the kernel: `tcp 10.88.2.1:80`. */
export type VirtualServiceKey = string & { readonly __brand: "VirtualServiceKey" };

export function virtualServiceKey(service: Pick<VirtualService, "vip" | "port" | "protocol">): VirtualServiceKey {
  return `${service.protocol} ${endpoint(service.vip, service.port)}` as VirtualServiceKey;
}

export function realServerKey(server: Pick<RealServer, "address" | "port">): string {
  return endpoint(server.address, server.port);
}
