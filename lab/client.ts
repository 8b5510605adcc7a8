import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Host } from "./host.ts";
import type { Namespace } from "./namespace.ts";
import { SLOW, until } from "./patience.ts";
import { Program } from "./program.ts";
import type { Site } from "./site.ts";
import type { Report, RequestReport, ScrapeReport, TrafficPlan } from "./traffic.ts";

/** Emulation has a fifth of the pace to spare, not a tenth: a slower client would hardly see anything. */
const PACE = Math.min(SLOW, 5);

export const SOURCES = {
  ipv4: [2, 3, 4, 5].map((n) => `198.51.100.${n}`),
  ipv6: [2, 3].map((n) => `2001:db8:c::${n}`),
};

/** The client behind the router: steady requests to the VIPs, and what became of them. */
export class Client {
  readonly namespace: Namespace;
  readonly #program: Program;
  readonly #requests: RequestReport[] = [];
  readonly #scrapes = new Map<string, ScrapeReport & { readonly turn: number }>();
  #onReport: (report: Report) => void = () => {};

  constructor(site: Site, hosts: readonly Host[], namespace: Namespace, directory: string) {
    this.namespace = namespace;
    const routes = SOURCES.ipv4.flatMap((source, index) =>
      site.vips.map((vip) => ({ vip, source: vip.includes(":") ? (SOURCES.ipv6[index % 2] ?? "") : source })),
    );
    const plan: TrafficPlan = {
      routes,
      port: site.servicePort,
      interval: 50 * PACE,
      timeout: 2000 * PACE,
      scrapes: hosts.map((host) => ({ name: host.name, ...host.metrics })),
      scrapeInterval: 500 * PACE,
    };
    this.#program = new Program({
      name: "the client",
      namespace,
      argv: [process.execPath, fileURLToPath(new URL("traffic.ts", import.meta.url)), JSON.stringify(plan)],
      log: join(directory, "client.log"),
      onLine: (line) => this.#take(line),
    });
  }

  start(): void {
    this.#program.start();
  }

  async stop(): Promise<void> {
    await this.#program.dispose();
  }

  /** Called with each report as it comes in. */
  onReport(listener: (report: Report) => void): void {
    this.#onReport = listener;
  }

  /** A place in the record: what ends after it is `requests(mark)`. */
  mark(): number {
    return this.#requests.length;
  }

  /** Every request that ended since the mark, in the order of their ends. */
  requests(since = 0): readonly RequestReport[] {
    return this.#requests.slice(since);
  }

  /** The hosts and errors that requests met which start from now on; waits until there are `count` of them. */
  async next(count: number): Promise<readonly RequestReport[]> {
    const now = Date.now();
    const mark = this.mark();
    const fresh = () => this.requests(mark).filter((request) => request.start > now);
    return await until(`${count} requests have ended`, () => (fresh().length >= count ? fresh() : undefined), {
      seconds: 30 + count,
      seen: () => fresh().length,
    });
  }

  /** Which prefixes a controller says that it advertises; undefined while it does not answer. */
  advertised(host: string): Readonly<Record<string, number>> | undefined {
    return this.#scrapes.get(host)?.advertised;
  }

  /** Gauges of a controller's process, by the name of the metric; undefined while it does not answer. */
  gauges(host: string): Readonly<Record<string, number>> | undefined {
    return this.#scrapes.get(host)?.gauges;
  }

  /** How often a controller's metrics were looked at: two looks with the same number are one. */
  looks(host: string): number {
    return this.#scrapes.get(host)?.turn ?? 0;
  }

  #take(line: string): void {
    if (!line.startsWith("{")) return;
    const report = JSON.parse(line) as Report;
    if (report.kind === "request") this.#requests.push(report);
    else this.#scrapes.set(report.host, { ...report, turn: this.looks(report.host) + 1 });
    this.#onReport(report);
  }
}
