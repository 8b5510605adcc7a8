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
  /** The client's address and port, by which packets of this request are known: `198.51.100.2 20001`. */
  readonly flow: string;
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
  /** Gauges of the whole process, by their name; none where it did not answer. */
  readonly gauges?: Readonly<Record<string, number>>;
}

export type Report = RequestReport | ScrapeReport;

const GAUGE = /^bgp_lb_path_advertisement\{[^}]*\bprefix="([^"]+)"[^}]*\} (\S+)$/gm;
const PROCESS_GAUGE = /^(bgp_lb_lease_guarded|nodejs_heap_size_used_bytes|nodejs_active_resources_total) (\S+)$/gm;

/** One port after the other instead of the kernel's choice: so it is known even of a connection that never came to be. */
const PORTS = { first: 20_000, count: 40_000 };

async function request(plan: TrafficPlan, vip: string, source: string, port: number): Promise<void> {
  const start = Date.now();
  const flow = `${source} ${port}`;
  const target = { host: vip, port: plan.port, localAddress: source, localPort: port };
  try {
    const body = await httpGet(target, "/", plan.timeout);
    tell({ kind: "request", start, end: Date.now(), vip, flow, host: body.trim() });
  } catch (error) {
    tell({ kind: "request", start, end: Date.now(), vip, flow, error: (error as Error).message });
  }
}

async function scrape(plan: TrafficPlan, from: TrafficPlan["scrapes"][number]): Promise<void> {
  for (;;) {
    try {
      const text = await httpGet({ host: from.host, port: from.port }, "/metrics", plan.timeout);
      const [advertised, gauges] = [GAUGE, PROCESS_GAUGE].map((gauge) =>
        Object.fromEntries([...text.matchAll(gauge)].map(([, name = "", value]) => [name, Number(value)] as const)),
      );
      tell({ kind: "scrape", host: from.name, advertised: advertised ?? {}, gauges: gauges ?? {} });
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
    const { vip, source } = plan.routes[turn % plan.routes.length] ?? { vip: "", source: "" };
    void request(plan, vip, source, PORTS.first + (turn % PORTS.count));
    turn += 1;
  }, plan.interval);
  for (const from of plan.scrapes) void scrape(plan, from);
}
