import { type Address, parseAddress } from "../../src/core/address.ts";
import type { KernelOp } from "../../src/core/op.ts";
import type { RealServer, VirtualService } from "../../src/core/service.ts";

export const KERNEL = { target: "kernel" } as const;
export const OWN = ip("192.0.2.10");
const OWN6 = ip("2001:db8:1::10");

export function ip(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
}

export function server(over: Partial<RealServer> = {}): RealServer {
  return { address: OWN, port: 8080, weight: 1, forwarding: "masquerade", ...over };
}

export function service(vip: string, over: Partial<VirtualService> = {}): VirtualService {
  const realServers = [server(vip.includes(":") ? { address: OWN6 } : {})];
  return { vip: ip(vip), port: 80, protocol: "tcp", scheduler: "rr", flags: [], realServers, ...over };
}

/** All ops that make a link with its VIPs. */
export function link(name: string, vips: readonly string[]): KernelOp[] {
  return [
    { ...KERNEL, kind: "link.add", link: name },
    { ...KERNEL, kind: "link.mark", link: name },
    { ...KERNEL, kind: "link.up", link: name },
    ...vips.map(ip).map((address): KernelOp => {
      const prefixLength = address.includes(":") ? 128 : 32;
      return { ...KERNEL, kind: "address.add", link: name, address, prefixLength };
    }),
  ];
}

/** All ops that make a virtual service with its real servers. */
export function virtual(of: VirtualService): KernelOp[] {
  return [
    { ...KERNEL, kind: "virtualService.add", service: of },
    ...of.realServers.map((one): KernelOp => ({ ...KERNEL, kind: "realServer.add", service: of, server: one })),
  ];
}
