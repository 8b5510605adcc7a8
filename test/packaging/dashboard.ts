import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

/** The shipped dashboard. */
export const DASHBOARD = JSON.parse(readFileSync(join(ROOT, "packaging/grafana/bgp-lb.json"), "utf8")) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
};

export const ALERTS = join(ROOT, "packaging/prometheus/alerts.yml");
export const ALERT_TESTS = join(ROOT, "test/packaging/alerts.yml");

/** An expression as Grafana would send it, with `All` chosen everywhere and a minute as the range. */
export function filledIn(expr: string, job: string): string {
  return expr
    .replaceAll("$job", job)
    .replaceAll(/\$(?:instance|service)\b/g, ".*")
    .replaceAll(/\$__(?:rate_interval|range)\b/g, "1m");
}
