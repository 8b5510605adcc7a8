import type { Registry } from "prom-client";
import { Counter, Gauge } from "prom-client";
import type { ServiceTraffic, TrafficCounters } from "../core/ports.ts";
import type { RealServer } from "../core/service.ts";

/** What Prometheus is told of each count. */
const COUNTS = {
  connections: ["connections_total", "Connections that were given to the"],
  incomingPackets: ["incoming_packets_total", "Packets from clients to the"],
  outgoingPackets: ["outgoing_packets_total", "Packets to clients from the"],
  incomingBytes: ["incoming_bytes_total", "Bytes from clients to the"],
  outgoingBytes: ["outgoing_bytes_total", "Bytes to clients from the"],
} as const satisfies Record<keyof TrafficCounters, readonly [string, string]>;
const KEYS = Object.keys(COUNTS) as (keyof TrafficCounters)[];

const SERVICE = ["service", "vip", "port", "protocol"] as const;
const SERVER = [...SERVICE, "real_address", "real_port"] as const;
type Labels = Readonly<Record<string, string | number>>;

/** What Prometheus is told of the traffic that IPVS carries. */
export class IpvsMetrics {
  readonly #readable: Gauge;
  readonly #services: readonly (readonly [keyof TrafficCounters, Counter])[];
  readonly #servers: readonly (readonly [keyof TrafficCounters, Counter])[];
  readonly #gauges: Readonly<Record<"active" | "inactive" | "weight", Gauge>>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#readable = new Gauge({
      name: "bgp_lb_ipvs_readable",
      help: "1 while the counters of IPVS could be read for this answer, 0 where they are those of an earlier one, or none.",
      registers,
    });
    const counters = (prefix: string, thing: string, labelNames: readonly string[]) =>
      KEYS.map((key) => {
        const [name, help] = COUNTS[key];
        const options = { name: `bgp_lb_ipvs_${prefix}${name}`, help: `${help} ${thing}.`, labelNames, registers };
        return [key, new Counter({ ...options, labelNames: [...labelNames] })] as const;
      });
    this.#services = counters("", "virtual service since it was added", SERVICE);
    this.#servers = counters("real_server_", "real server since it was added", SERVER);
    const gauge = (name: string, help: string) =>
      new Gauge({ name: `bgp_lb_ipvs_real_server_${name}`, help, labelNames: [...SERVER], registers });
    this.#gauges = {
      active: gauge(
        "active_connections",
        "Connections to the real server that are open now; of TCP those established.",
      ),
      inactive: gauge(
        "inactive_connections",
        "Connections to the real server that IPVS still knows of and that are not active.",
      ),
      weight: gauge("weight", "Weight of the real server; 0: it is given no new connections."),
    };
  }

  /** `traffic`: by the service's name in the config. */
  set(traffic: Iterable<readonly [string, ServiceTraffic]>): void {
    for (const [, counter] of [...this.#services, ...this.#servers]) counter.reset();
    for (const gauge of Object.values(this.#gauges)) gauge.reset();
    this.readable(true);
    for (const [name, one] of traffic) {
      const { vip, port, protocol } = one.service;
      const labels: Labels = { service: name, vip, port, protocol };
      for (const [key, counter] of this.#services) counter.inc(labels, one[key]);
      for (const server of one.servers) {
        const own = { ...labels, ...realLabels(server.server) };
        for (const [key, counter] of this.#servers) counter.inc(own, server[key]);
        this.#gauges.active.set(own, server.active);
        this.#gauges.inactive.set(own, server.inactive);
        this.#gauges.weight.set(own, server.server.weight);
      }
    }
  }

  readable(is: boolean): void {
    this.#readable.set(is ? 1 : 0);
  }
}

function realLabels({ address, port }: RealServer): Labels {
  return { real_address: address, real_port: port };
}
