import { controllerMain } from "./bundle.ts";
import { Client, SOURCES } from "./client.ts";
import { Host, type HostOptions } from "./host.ts";
import { hostConfig } from "./host-config.ts";
import { claim, DIRECTORY, remove } from "./leftover.ts";
import { Namespace } from "./namespace.ts";
import { until } from "./patience.ts";
import { Router } from "./router.ts";
import { demoSite, type Site, type Station } from "./site.ts";

export interface TopologyOptions {
  readonly hosts?: number;
  readonly site?: Site;
  /** What a host's controller runs with; by default the demo's config. */
  readonly host?: (site: Site, station: Station) => HostOptions;
  /** Told what is done, for a person who waits. */
  readonly say?: (line: string) => void;
  /** Aborted: the start ends, and what stands already is removed. */
  readonly signal?: AbortSignal;
}

/**
 * The network in a box: a client, a router that spreads flows over all equal next hops, and hosts on a LAN, each in a network namespace.
 *
 *     client --- router (BIRD, ECMP) --- LAN --- h1, h2, ... (gobgpd, bgp-lb, dummy link, IPVS, service)
 */
export class Topology {
  readonly site: Site;
  readonly hosts: readonly Host[];
  readonly routers: readonly Router[];
  readonly client: Client;
  readonly #routerNamespace = new Namespace("router");

  private constructor(options: TopologyOptions, main: string) {
    const site = options.site ?? demoSite(options.hosts ?? 3);
    const settings = options.host ?? ((_, station) => ({ config: hostConfig(site, station), guard: true }));
    this.site = site;
    this.routers = site.routers.map((station) => new Router(site, station, this.#routerNamespace, DIRECTORY));
    this.hosts = site.hosts.map((station) => new Host(site, station, DIRECTORY, main, settings(site, station)));
    this.client = new Client(site, this.hosts, new Namespace("client"), DIRECTORY);
  }

  /** Builds the network and starts routers and hosts, not yet the client. Waits for nothing but the routers; see `converged`. */
  static async start(options: TopologyOptions = {}): Promise<Topology> {
    const say = options.say ?? (() => {});
    if (await claim()) say("removed what an earlier lab had left behind");
    const topology = new Topology(options, await controllerMain());
    try {
      say("building the network: namespaces, links, addresses, routes");
      await topology.#build();
      options.signal?.throwIfAborted();
      say("starting the router and the hosts");
      await Promise.all([...topology.routers.map((r) => r.start()), ...topology.hosts.map((h) => h.prepare())]);
      for (const host of topology.hosts) host.start();
    } catch (error) {
      await topology.stop();
      throw error;
    }
    return topology;
  }

  get router(): Router {
    const [first] = this.routers;
    if (first === undefined) throw new Error("this site has no router");
    return first;
  }

  /** The next hop under which a host announces a VIP. */
  nextHop(host: Host, vip: string): string {
    return vip.includes(":") ? host.station.ipv6 : host.station.ipv4;
  }

  /** Waits until the router's kernel spreads every VIP over exactly these hosts. */
  async spreadsOver(hosts: readonly Host[], seconds = 30): Promise<void> {
    for (const vip of this.site.vips) {
      const wanted = hosts.map((host) => this.nextHop(host, vip)).sort();
      let seen: readonly string[] = [];
      const names = hosts.map((host) => host.name).join(", ") || "no host";
      await until(
        `the router spreads ${vip} over ${names}`,
        async () => {
          this.#checkPrograms();
          seen = await this.router.nextHops(vip);
          if (seen.join() !== wanted.join()) return false;
          // BIRD's table is asked first, because that is cheap; the kernel's decides.
          seen = await this.router.kernelNextHops(vip);
          return seen.join() === wanted.join();
        },
        { seconds, seen: () => seen },
      );
    }
  }

  /** Waits until every host is announced. */
  async converged(): Promise<void> {
    await this.spreadsOver(this.hosts, 45);
  }

  /** Ends every program and removes every trace. */
  async stop(): Promise<void> {
    await Promise.all([this.client, ...this.hosts, ...this.routers].map((one) => one.stop()));
    await remove();
  }

  /** There is no sense in waiting for what a program should do that has ended. */
  #checkPrograms(): void {
    for (const host of this.hosts)
      for (const program of [host.controller, host.service]) {
        const { fault } = program;
        if (fault !== undefined) throw new Error(fault);
      }
  }

  async #build(): Promise<void> {
    const router = this.#routerNamespace;
    const client = this.client.namespace;
    const { ipv4Length, ipv6Length } = this.site.lan;
    await Promise.all([router, client, ...this.hosts.map((host) => host.namespace)].map((n) => n.create()));
    await router.ip([
      "link set lo up",
      "link add lan type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
      ...this.site.routers.flatMap((station) => [
        `addr add ${station.ipv4}/${ipv4Length} dev lan`,
        `addr add ${station.ipv6}/${ipv6Length} dev lan nodad`,
      ]),
      "link set lan up",
      `link add client type veth peer name eth0 netns ${client.name}`,
      "addr add 198.51.100.1/24 dev client",
      "addr add 2001:db8:c::1/64 dev client nodad",
      "link set client up",
      ...this.hosts.flatMap((host) => [
        `link add ${host.name} type veth peer name eth0 netns ${host.namespace.name}`,
        `link set ${host.name} master lan up`,
      ]),
    ]);
    const [gateway] = this.site.routers;
    await Promise.all([
      client.ip([
        "link set lo up",
        ...SOURCES.ipv4.map((source) => `addr add ${source}/24 dev eth0`),
        ...SOURCES.ipv6.map((source) => `addr add ${source}/64 dev eth0 nodad`),
        "link set eth0 up",
        "route add default via 198.51.100.1",
        "route add default via 2001:db8:c::1",
      ]),
      ...this.hosts.map((host) =>
        host.namespace.ip([
          "link set lo up",
          `addr add ${host.station.ipv4}/${ipv4Length} dev eth0`,
          `addr add ${host.station.ipv6}/${ipv6Length} dev eth0 nodad`,
          "link set eth0 up",
          `route add default via ${gateway?.ipv4}`,
          `route add default via ${gateway?.ipv6}`,
        ]),
      ),
      // The hash over ports (layer 4): by addresses alone, one client would always meet one host. tee(1) writes the one value to all.
      router.run(["tee", ...SYSCTLS.map((name) => `/proc/sys/net/${name}`)], "1\n"),
    ]);
  }
}

const SYSCTLS = [
  "ipv4/ip_forward",
  "ipv6/conf/all/forwarding",
  "ipv4/fib_multipath_hash_policy",
  "ipv6/fib_multipath_hash_policy",
];
