import { parseConfig } from "../../src/config/load.ts";
import type { Address } from "../../src/core/address.ts";
import type { Link } from "../../src/core/state.ts";
import type { ConfigFacts, Facts, Listener } from "../../src/doctor/facts.ts";

const CONFIG = {
  bgp: {
    peers: [{ address: "10.88.0.253", as: 65512 }],
    local: { routerID: "10.88.0.200", as: 65512, listenPort: 179, nextHop: { ipv6: "2001:db8:88::200" } },
  },
  services: [
    {
      name: "web",
      vips: ["10.88.2.1", "2001:db8:88:2::1"],
      ports: [{ servicePort: 80, targetLocalPort: 8080, protocol: "tcp" }],
      ipvs: { scheduler: "wlc" },
      healthchecks: [
        { kind: "tcp", port: 8080 },
        { kind: "ping", addresses: ["10.88.0.253"] },
      ],
    },
  ],
};

export function configFacts(changes: object = {}): ConfigFacts {
  return {
    state: "read",
    ...parseConfig(JSON.stringify({ ...CONFIG, ...changes }), "/etc/bgp-lb/config.json", { readFile: passwordOf }),
  };
}

/** As if each file that a peer names held a password, and every user might read it. */
function passwordOf() {
  return { bytes: new TextEncoder().encode("s3cret\n"), mode: 0o644 };
}

/** The one peer of the config with more keys. */
export function withPeer(terms: object): ConfigFacts {
  const { local, peers } = CONFIG.bgp;
  return configFacts({ bgp: { local, peers: peers.map((peer) => ({ ...peer, ...terms })) } });
}

export function link(name: string, addresses: readonly string[] = [], kind = ""): Link {
  const bound = addresses.map((text) => {
    const [address = "", length] = text.split("/");
    return { address: address as Address, prefixLength: Number(length), usable: true };
  });
  return { name, kind, alias: "", up: true, addresses: bound };
}

export function listener(protocol: Listener["protocol"], address: string, port: number, name = "", pid = 1): Listener {
  return { protocol, address: address as Address, port, owner: name === "" ? undefined : { pid, name } };
}

/** A host on which everything is right, with a controller at work. */
export const HEALTHY: Facts = {
  wanted: {
    file: "/etc/bgp-lb/config.json",
    config: configFacts(),
    network: true,
    ipvs: true,
    metrics: { port: 8081 },
    api: "unix:///run/gobgp/api.sock",
  },
  programs: {
    ip: "ip utility, iproute2-6.1.0, libbpf 1.1.2",
    ipvsadm: "ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)",
    ping: "ping from iputils 20221126",
    "systemd-notify": "systemd 252 (252.38-1~deb12u1)",
    gobgpd: "gobgpd version 3.10.0",
  },
  node: "v24.21.0",
  kernel: {
    release: "6.1.0-40-amd64",
    modules: { dummy: "loadable", ip_vs: "loaded", ip_vs_wlc: "built in" },
    md5: true,
    drops: { TCPMD5Failure: 0, TCPMD5NotFound: 0, TCPMD5Unexpected: 0, TCPMinTTLDrop: 0 },
  },
  rights: {
    whose: "the controller (process 700)",
    capabilities: (1n << 12n) | (1n << 13n),
    groups: [998],
    userNamespace: false,
    systemd: true,
  },
  sysctls: {
    "net.ipv4.ip_forward": "0",
    "net.ipv4.ping_group_range": "1 0",
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.eth0.rp_filter": "0",
    "net.ipv6.conf.all.disable_ipv6": "0",
    "net.ipv6.conf.default.disable_ipv6": "0",
    "net.ipv4.vs.run_estimation": "1",
    "net.ipv4.vs.conntrack": "0",
  },
  links: [
    link("lo", ["127.0.0.1/8"]),
    link("eth0", ["10.88.0.200/24", "2001:db8:88::200/64"]),
    link("web", ["10.88.2.1/32"], "dummy"),
  ],
  speaker: {
    reached: true,
    generation: "GoBGP 3",
    mode: "660",
    state: {
      identity: { as: 65512, routerId: "10.88.0.200" as Address, listenPort: 179 },
      originatorOnly: true,
      peers: new Map(),
      paths: new Map(),
    },
  },
  listeners: [
    listener("tcp", "::", 8081, "node", 700),
    listener("tcp", "0.0.0.0", 179, "gobgpd", 600),
    listener("tcp", "::", 8080, "nginx", 800),
  ],
  networkd: { running: false, files: [] },
  clockSynchronised: true,
  stateDirectory: { path: "/run/bgp-lb", found: { mode: 0o750, directory: true }, writable: true },
  guard: { socket: "/run/bgp-lb-guard/guard.sock", listening: true, unit: "/etc/systemd/system/bgp-lb-guard.service" },
  controller: {
    pid: 700,
    config: "/etc/bgp-lb/config.json",
    condition: { ready: true, stalled: false, line: "2 of 2 VIPs announced; 1 of 1 peer established" },
  },
};

/** A host before anything was installed, seen by an ordinary user. */
export const BARE: Facts = {
  ...HEALTHY,
  wanted: { ...HEALTHY.wanted, config: { state: "absent" }, ipvs: false, api: "127.0.0.1:50051" },
  programs: {},
  node: "v20.19.2",
  kernel: { release: "6.1.0-40-amd64", modules: { dummy: "unknown" }, md5: undefined, drops: {} },
  rights: { whose: "this process (user 1000)", capabilities: 0n, groups: [1000], userNamespace: false, systemd: false },
  sysctls: {},
  links: undefined,
  speaker: {
    reached: false,
    unit: "gobgpd",
    reason: "gobgpd at 127.0.0.1:50051 cannot be reached: nothing listens there (ECONNREFUSED)",
  },
  listeners: [],
  networkd: { running: true, files: [] },
  clockSynchronised: undefined,
  stateDirectory: { path: "/run/bgp-lb", found: undefined, writable: false },
  guard: { socket: "/run/bgp-lb-guard/guard.sock", listening: false, unit: undefined },
  controller: "free",
};

/** A host on which all is installed and everything that can be wrong is wrong. */
export const BROKEN: Facts = {
  ...HEALTHY,
  wanted: { ...HEALTHY.wanted, api: "127.0.0.1:50051" },
  programs: { ip: "ip utility, iproute2-6.1.0" },
  kernel: {
    release: "6.1.0-40-cloud-amd64",
    modules: { dummy: "loaded", ip_vs: "missing", ip_vs_wlc: "missing" },
    md5: false,
    drops: { TCPMD5Unexpected: 12 },
  },
  rights: {
    whose: "this process (user 998)",
    capabilities: 0n,
    groups: [998],
    userNamespace: true,
    systemd: true,
  },
  sysctls: {
    "net.ipv4.ip_forward": "1",
    "net.ipv4.ping_group_range": "1 0",
    "net.ipv4.conf.all.rp_filter": "1",
    "net.ipv4.conf.eth0.rp_filter": "0",
    "net.ipv4.conf.all.arp_ignore": "0",
    "net.ipv6.conf.all.disable_ipv6": "1",
    "net.ipv6.conf.default.disable_ipv6": "0",
    "net.ipv4.vs.run_estimation": "0",
    "net.ipv4.vs.conntrack": "1",
  },
  links: [link("lo", ["127.0.0.1/8"]), link("eth0", ["10.88.2.7/24"]), link("eth1", ["192.0.2.9/24"])],
  speaker: {
    reached: true,
    generation: "GoBGP 4",
    state: {
      identity: { as: 65000, routerId: "10.0.0.1" as Address, listenPort: 179 },
      originatorOnly: false,
      peers: new Map(),
      paths: new Map(),
    },
  },
  listeners: [
    listener("tcp", "::", 50051, "gobgpd", 600),
    listener("tcp", "0.0.0.0", 8081, "java", 900),
    listener("tcp", "0.0.0.0", 179, "bird", 500),
    listener("tcp", "127.0.0.1", 8080, "nginx", 800),
    listener("tcp", "::", 80, "apache2", 850),
  ],
  networkd: {
    running: true,
    files: [{ path: "/etc/systemd/network/10-all.network", text: "[Match]\nName=*\n\n[Network]\nDHCP=yes\n" }],
  },
  clockSynchronised: false,
  stateDirectory: { path: "/run/bgp-lb", found: { mode: 0o777, directory: true }, writable: true },
  guard: undefined,
  controller: "silent",
};
