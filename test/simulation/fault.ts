import type { Random } from "../../lab/random.ts";
import { BACKENDS, type BackendName, type Site, VERSIONS, type Version } from "./site.ts";

/** What befalls the world at a moment; `for`: the milliseconds until it is over, or until what was killed is back. */
export type Fault = { readonly at: number; readonly for: number } & (
  | { readonly kind: "backend"; readonly name: BackendName; readonly how: "refuses" | "hangs" }
  | {
      readonly kind: "controller";
      readonly how: "killed" | "stalled" | "stopped" | "stopped and killed" | "started twice";
    }
  | { readonly kind: "guard"; readonly how: "killed" | "stalled" }
  | { readonly kind: "host"; readonly how: "frozen" | "clock stepped" }
  | {
      readonly kind: "gobgpd";
      readonly how: "killed" | "hangs" | "refuses" | "refuses withdrawals" | "refuses announcements";
    }
  | { readonly kind: "speaker table"; readonly how: "paths deleted" | "peer deleted" | "foreign path" }
  | { readonly kind: "kernel"; readonly how: KernelFault; readonly draw: number }
  | {
      readonly kind: "tools";
      readonly how: "cannot read" | "reads hang" | "cannot write" | "writes hang" | "slow" | "monitor killed";
    }
  | { readonly kind: "disk"; readonly how: "full" | "ledger damaged" | "ledger lost" | "words damaged" }
  | { readonly kind: "router"; readonly how: "cut"; readonly peer: number }
  | {
      readonly kind: "operator";
      readonly how: "drain" | "force up" | "force down" | "undrain";
      readonly name: BackendName;
    }
  | { readonly kind: "config"; readonly how: Version | "unreadable" }
  | { readonly kind: "connections"; readonly how: "open" }
);

const KERNEL = [
  "link deleted",
  "link down",
  "address deleted",
  "address spoilt",
  "service deleted",
  "server deleted",
  "server changed",
  "flushed",
  "swept",
  "foreign address",
  "foreign service",
] as const;
type KernelFault = (typeof KERNEL)[number];

/** Milliseconds of a walk in which faults begin, after the time that it is given to come up. */
const BEGIN_MS = 5_000;
const SPAN_MS = 25_000;
const MOST = 9;

/** The site and the faults that belong to a seed, in the order of their time. */
export function draw(random: Random): { readonly site: Site; readonly faults: readonly Fault[] } {
  const site: Omit<Site, "pool"> = {
    mode: random.chance(0.7) ? "managed" : "shared",
    onStop: random.chance(0.7) ? "withdraw" : "handover",
    sharedPrefix: random.chance(0.7) ? "all" : "any",
    stopDrain: random.chance(0.3),
    interval: 1_000,
  };
  const faults: Fault[] = [];
  // Troubles seldom come alone: many begin within moments of another.
  let at = BEGIN_MS + random.between(0, SPAN_MS);
  for (let left = random.whole(1, MOST); left > 0; left--) {
    at = random.chance(0.5) ? at + random.between(0, 1_500) : BEGIN_MS + random.between(0, SPAN_MS);
    faults.push(one(random, Math.round(at)));
  }
  return { site: { ...site, pool: random.chance(0.3) }, faults: faults.sort((a, b) => a.at - b.at) };
}

/** One fault that befalls the world at this time. */
export function one(random: Random, at: number): Fault {
  const time = { at, for: Math.round(random.chance(0.5) ? random.between(50, 3_000) : random.between(3_000, 12_000)) };
  const kind = random.pick([
    "backend",
    "backend",
    "controller",
    "controller",
    "guard",
    "host",
    "gobgpd",
    "gobgpd",
    "speaker table",
    "kernel",
    "kernel",
    "tools",
    "disk",
    "router",
    "operator",
    "config",
    "connections",
  ] as const);
  switch (kind) {
    case "backend":
      return { ...time, kind, name: random.pick(BACKENDS), how: random.pick(["refuses", "hangs"]) };
    case "controller":
      return {
        ...time,
        kind,
        how: random.pick(["killed", "killed", "stalled", "stopped", "stopped and killed", "started twice"]),
      };
    case "guard":
      return { ...time, kind, how: random.pick(["killed", "stalled"]) };
    case "host":
      return { ...time, kind, how: random.pick(["frozen", "clock stepped"]) };
    case "gobgpd": {
      const how = random.pick(["killed", "hangs", "refuses", "refuses withdrawals", "refuses announcements"] as const);
      return { ...time, kind, how };
    }
    case "speaker table":
      return { ...time, kind, how: random.pick(["paths deleted", "peer deleted", "foreign path"] as const) };
    case "kernel":
      return { ...time, kind, how: random.pick(KERNEL), draw: random.next() };
    case "tools": {
      const how = random.pick([
        "cannot read",
        "reads hang",
        "cannot write",
        "writes hang",
        "slow",
        "monitor killed",
      ] as const);
      return { ...time, kind, how };
    }
    case "disk":
      return { ...time, kind, how: random.pick(["full", "ledger damaged", "ledger lost", "words damaged"]) };
    case "router":
      return { ...time, kind, how: "cut", peer: random.whole(0, 1) };
    case "operator":
      return {
        ...time,
        kind,
        how: random.pick(["drain", "drain", "force up", "force down", "undrain"]),
        name: random.pick(BACKENDS),
      };
    case "config":
      return { ...time, kind, how: random.pick([...VERSIONS, "unreadable"]) };
    case "connections":
      return { ...time, kind, how: "open" };
  }
}

/** One line: `12.345 s: controller killed (for 1.2 s)`. */
export function words(fault: Fault): string {
  const { kind, how } = fault;
  const which = "name" in fault ? ` ${fault.name}` : "peer" in fault ? ` ${fault.peer}` : "";
  return `${(fault.at / 1000).toFixed(3)} s: ${kind}${which} ${how} (for ${fault.for / 1000} s)`;
}
