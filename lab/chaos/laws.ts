import type { KernelChange } from "../kernel-watch.ts";
import { DATAPLANE_BOUND, kindOf } from "./kinds.ts";
import type { Breach, FaultRecord } from "./record.ts";
import { hostSpans, type Span, within } from "./routes.ts";
import { brokenSpans, type Sight } from "./sights.ts";

/** What was seen from outside, for the laws to be held against. */
export interface Seen {
  readonly faults: readonly FaultRecord[];
  /** When the router had a route, by `host prefix`. */
  readonly routes: ReadonlyMap<string, readonly Span[]>;
  readonly sights: readonly Sight[];
  /** By host. */
  readonly kernel: ReadonlyMap<string, readonly KernelChange[]>;
  readonly vips: readonly string[];
  /** How much slower than an ordinary machine this one is. */
  readonly slow: number;
}

export function prefixOf(vip: string): string {
  return `${vip}/${vip.includes(":") ? 128 : 32}`;
}

/** No lie: the routes that were still there when the time was over. */
export function lies({ faults, routes, sights, slow }: Seen): readonly Breach[] {
  const breaches: Breach[] = [];
  const judge = (spans: readonly Span[], bad: Span, bound: number, what: string) => {
    const [late] = within(spans, { from: bad.from + bound, to: bad.to });
    if (late === undefined) return;
    const seconds = (Math.min(late.to, bad.to) - bad.from) / 1000;
    breaches.push({
      law: "no lie",
      text: `${what}: a route after ${seconds.toFixed(1)} s, the bound is ${(bound / 1000).toFixed(0)} s`,
    });
  };
  for (const fault of faults) {
    const { bound, holdTime = 0 } = kindOf(fault.kind);
    if (bound === undefined) continue;
    const bad = { from: fault.struck, to: fault.undone };
    judge(hostSpans(routes, fault.host), bad, 1000 * (holdTime + bound * slow), name(fault));
  }
  for (const [key, spans] of brokenSpans(sights)) {
    const [host = "", vip = ""] = key.split(" ");
    const own = routes.get(`${host} ${prefixOf(vip)}`) ?? [];
    for (const bad of spans)
      judge(own, bad, 1000 * DATAPLANE_BOUND * slow, `${host} has no whole dataplane for ${vip}`);
  }
  return breaches;
}

/** Withdrawn first: what went while the router had a route to it, and that no fault took. */
export function earlyTeardowns(seen: Seen): readonly Breach[] {
  const breaches: Breach[] = [];
  const judge = (host: string, vip: string, from: number, to: number, what: string) => {
    const routed = (seen.routes.get(`${host} ${prefixOf(vip)}`) ?? []).some(
      (span) => span.from <= from && to < span.to,
    );
    if (routed && !taken(seen.faults, host, from, to))
      breaches.push({
        law: "withdrawn first",
        text: `${what} of ${vip} on ${host} went at ${time(to)}, still announced`,
      });
  };
  for (const [host, changes] of seen.kernel)
    for (const { at, text } of changes)
      for (const vip of seen.vips)
        if (text.startsWith("Deleted") && text.includes(` ${vip}/`)) judge(host, vip, at, at, "the address");
  const last = new Map<string, Sight>();
  for (const sight of seen.sights) {
    const key = `${sight.host} ${sight.vip}`;
    if (last.get(key)?.view.service === true && !sight.view.service)
      judge(sight.host, sight.vip, sight.before, sight.at, "the virtual service");
    last.set(key, sight);
  }
  return breaches;
}

/** Whether the lab's own hand took it: a fault that takes the dataplane, at work on this host at that time. */
function taken(faults: readonly FaultRecord[], host: string, from: number, to: number): boolean {
  return faults.some(
    (fault) =>
      fault.host === host && kindOf(fault.kind).takes !== undefined && fault.at <= to && from <= fault.struck + 500,
  );
}

export function name({ number, kind, host }: FaultRecord): string {
  return `fault ${number} (${kind}, ${host})`;
}

export function time(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}
