/**
 * The client's one process, run inside the client's namespace: `node traffic.ts '{...}'`. It sends requests to the VIPs, each on a new
 * connection, and reads the controllers' metrics as a monitoring system would; each result is one JSON line on stdout.
 */
import { httpGet } from "./http-get.ts";

export interface TrafficPlan {
  /** Where each request goes and from which of the client's addresses; taken in turn. */
  readonly routes: readonly { readonly vip: string; readonly source: string }[];
  readonly port: number;
  /** Milliseconds from one request's start to the next one's. */
  readonly interval: number;
  readonly timeout: number;
  readonly scrapes: readonly { readonly name: string; readonly host: string; readonly port: number }[];
  readonly scrapeInterval: number;
}

/** One request, told when it ended. */
export interface RequestReport {
  readonly kind: "request";
  /** When it started and ended, Unix milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly vip: string;
  /** The host that answered, or what went wrong. */
  readonly host?: string;
  readonly error?: string;
}

/** One look at a controller's metrics. */
export interface ScrapeReport {
  readonly kind: "scrape";
  readonly host: string;
  /** By prefix: the gauge of the contract. Absent where the controller did not answer. */
  readonly advertised?: Readonly<Record<string, number>>;
}

export type Report = RequestReport | ScrapeReport;

const GAUGE = /^bgp_lb_path_advertisement\{[^}]*\bprefix="([^"]+)"[^}]*\} (\S+)$/gm;

async function request(plan: TrafficPlan, vip: string, source: string): Promise<void> {
  const start = Date.now();
  const target = { host: vip, port: plan.port, localAddress: source };
  try {
    const body = await httpGet(target, "/", plan.timeout);
    tell({ kind: "request", start, end: Date.now(), vip, host: body.trim() });
  } catch (error) {
    tell({ kind: "request", start, end: Date.now(), vip, error: (error as Error).message });
  }
}

async function scrape(plan: TrafficPlan, from: TrafficPlan["scrapes"][number]): Promise<void> {
  for (;;) {
    try {
      const text = await httpGet({ host: from.host, port: from.port }, "/metrics", plan.timeout);
      const gauges = [...text.matchAll(GAUGE)].map(([, prefix = "", value]) => [prefix, Number(value)] as const);
      tell({ kind: "scrape", host: from.name, advertised: Object.fromEntries(gauges) });
    } catch {
      tell({ kind: "scrape", host: from.name });
    }
    await new Promise((resolve) => setTimeout(resolve, plan.scrapeInterval));
  }
}

function tell(report: Report): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

if (import.meta.main) {
  const plan = JSON.parse(process.argv[2] ?? "") as TrafficPlan;
  let turn = 0;
  setInterval(() => {
    const { vip, source } = plan.routes[turn++ % plan.routes.length] ?? { vip: "", source: "" };
    void request(plan, vip, source);
  }, plan.interval);
  for (const from of plan.scrapes) void scrape(plan, from);
}
