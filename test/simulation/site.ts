import type { Config } from "../../src/config/config.ts";
import { parseConfig } from "../../src/config/load.ts";
import type { Settings } from "../../src/daemon/settings.ts";

/** What the walks choose from. */
export interface Site {
  readonly mode: "managed" | "shared";
  readonly onStop: "withdraw" | "handover";
  /** The prefix of two services is announced while all of them are well, or any. */
  readonly sharedPrefix: "all" | "any";
  readonly stopDrain: boolean;
  /** The service web is on real servers, each with a check of its own, and up while one of them is. */
  readonly pool: boolean;
  /** Milliseconds from one probe of a check to the next. */
  readonly interval: number;
}

/** The config files that an operator goes back and forth between. */
export const VERSIONS = ["full", "without dns", "other servers"] as const;
export type Version = (typeof VERSIONS)[number];

/** Backends by the names of the checks that look at them. */
export const BACKENDS = ["web", "api", "dns"] as const;
export type BackendName = (typeof BACKENDS)[number];

/** The backend that is on each real server of the pool. */
export const ON: ReadonlyMap<string, BackendName> = new Map([
  ["10.88.0.201", "web"],
  ["10.88.0.202", "dns"],
  ["10.88.0.203", "web"],
]);
/** As every check of the site has it (milliseconds). */
export const CHECK = { timeout: 500, rise: 2, fall: 3 };
export const PEERS = ["10.88.0.253", "10.88.0.254"] as const;
export const LOCAL = { routerId: "10.88.0.200", as: 65512, listenPort: -1 } as const;

const check = (name: BackendName, port: number, interval: number) => ({
  kind: "tcp",
  name,
  port,
  interval: `${interval}ms`,
  timeout: `${CHECK.timeout}ms`,
  rise: CHECK.rise,
  fall: CHECK.fall,
});

const port = (servicePort: number, targetLocalPort: number, protocol: string) => ({
  servicePort,
  targetLocalPort,
  protocol,
});

/** Whom a check of this name looks at; that of a real server is named after its address. */
export function backendOf(check: string): BackendName {
  const [name, address = ""] = check.split(" ");
  return ON.get(address) ?? (name as BackendName);
}

function pooled(site: Site, version: Version): object {
  const members = [...ON.keys()].filter((_, index) => (version === "other servers" ? index > 0 : index < 2));
  const realServers = members.map((address) => ({ address }));
  return { healthchecks: undefined, realServers, realServerChecks: [check("web", 8080, site.interval)] };
}

function source(site: Site, version: Version): unknown {
  const webPort = version === "other servers" ? 8090 : 8080;
  const web = {
    name: "web",
    interface: "web",
    vips: ["10.88.2.1"],
    ports: [port(80, webPort, "tcp")],
    healthchecks: [check("web", 8080, site.interval)],
    announce: { med: 50 },
    ...(site.pool && pooled(site, version)),
  };
  const api = {
    name: "api",
    interface: "web",
    vips: ["10.88.2.1"],
    ports: [port(8443, 8443, "tcp")],
    healthchecks: [check("api", 8443, site.interval)],
    announce: { med: 50 },
  };
  const dns = {
    name: "dns",
    vips: ["10.88.2.53", "2001:db8:88:2::53"],
    ports: [port(53, 5353, "udp")],
    healthchecks: [check("dns", 5353, site.interval)],
  };
  const local = { routerID: LOCAL.routerId, as: LOCAL.as, listenPort: LOCAL.listenPort };
  const nextHop = { ipv4: LOCAL.routerId, ipv6: "2001:db8:88::200" };
  return {
    bgp: {
      mode: site.mode,
      ...(site.mode === "managed" && { peers: PEERS.map((address) => ({ address, as: LOCAL.as })) }),
      local: { ...local, nextHop },
    },
    services: version === "without dns" ? [web, api] : [web, api, dns],
    onStop: site.onStop,
    sharedPrefix: site.sharedPrefix,
    realServerDrain: "6s",
    ...(site.stopDrain && { stopDrain: "4s" }),
  };
}

const FILE = "/etc/bgp-lb/config.json";
const known = new Map<string, Config>();

/** A config of the site as the real reader of config files reads it. */
export function settingsOf(site: Site, version: Version): Settings {
  const text = JSON.stringify(source(site, version));
  const config = known.get(text) ?? parseConfig(text, FILE).config;
  known.set(text, config);
  return {
    config,
    file: FILE,
    network: true,
    ipvs: true,
    metrics: undefined,
    stateDirectory: "/var/lib/bgp-lb",
    guardSocket: "/run/bgp-lb-guard/socket",
    admin: undefined,
  };
}
