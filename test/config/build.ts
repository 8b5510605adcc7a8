import { fileURLToPath } from "node:url";
import type { Config, Loaded } from "../../src/config/config.ts";
import { parseConfig } from "../../src/config/load.ts";
import { virtualServiceKey } from "../../src/core/service.ts";

export const METRICS = { metricsAddress: { port: 8081 } };
export const CHECKS = [{ kind: "tcp", port: 8080 }];
export const LOCAL = { routerID: "10.88.0.200", as: 65512, nextHop: { ipv6: "2001:db8::200" } };
export const PEERS = [{ address: "10.88.0.253", as: 65512 }];

/** A file of the repository. */
export function path(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}

/** Loads services, of which only what is told differs from a service that is well, under bgp that is well. */
export function load(services: object | readonly object[], rest: object = {}): Loaded {
  const all = (Array.isArray(services) ? services : [services]).map((one, index) => ({
    name: `s${index}`,
    healthchecks: CHECKS,
    ...one,
  }));
  return parseConfig(
    JSON.stringify({ bgp: { local: LOCAL, peers: PEERS }, services: all, ...rest }),
    "/etc/bgp-lb/config.json",
    METRICS,
  );
}

/** What is wrong with them; empty where nothing is. */
export function problems(services: object | readonly object[], rest: object = {}): string {
  try {
    load(services, rest);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

/** Each virtual service as a line: `tcp 10.88.2.1:80 rr -> 10.88.0.200:8080 masquerade 1` */
export function dataplane({ services }: Config): string[] {
  return services.flatMap(({ service }) =>
    service.virtualServices.map((one) => {
      const servers = one.realServers.map((to) => `${to.address}:${to.port} ${to.forwarding} ${to.weight}`);
      return `${virtualServiceKey(one)} ${[one.scheduler, ...one.flags].join(" ")} -> ${servers.join(", ")}`;
    }),
  );
}
