import type { Prefix } from "./address.ts";
import type { ServiceHealth } from "./desired.ts";
import type { Verdict } from "./health.ts";
import { Latency } from "./latency.ts";
import type { Overrides } from "./override.ts";
import type { Status } from "./status.ts";
import { moment, slotOf, Timeline } from "./timeline.ts";

/** VIPs, and checks, whose last hour is kept; 10 MB for all of them. What is beyond has none. */
const MOST = 20_000;

/** The last hour of each VIP and of each check, in memory: bounded, and gone with the process. */
export class History {
  readonly #vips = new Map<Prefix, Timeline>();
  readonly #checks = new Map<string, Map<string, Latency>>();
  #count = 0;
  /** Grows with each thing that is noted here and that may change what an operator sees. */
  changes = 0;

  /** Notes what a pass has found. `now`: monotonic milliseconds. */
  saw(
    { announcements }: Pick<Status, "announcements">,
    health: ReadonlyMap<string, ServiceHealth>,
    overrides: Overrides,
    now: number,
  ): void {
    this.changes++;
    const slot = slotOf(now);
    for (const { prefix, services, peers } of announcements) {
      const verdict = worst(services.map((name) => health.get(name)?.verdict ?? "unknown"));
      const word = services.map((name) => overrides.get(name)).find((one) => one !== undefined);
      this.#timeline(prefix)?.see(slot, moment(verdict, peers, word));
    }
    this.#prune(announcements.map(({ prefix }) => prefix));
  }

  probe(service: string, check: string, ok: boolean, ms: number, now: number): void {
    const own = this.#checks.get(service) ?? new Map<string, Latency>();
    this.#checks.set(service, own);
    const latency = own.get(check) ?? this.#newLatency(own, check);
    if (latency?.last?.ok !== ok) this.changes++;
    latency?.probe(slotOf(now), ok, ms);
  }

  /** A check that is not run any more. */
  forget(service: string, check: string): void {
    const own = this.#checks.get(service);
    if (own?.delete(check)) this.#count--;
    if (own?.size === 0) this.#checks.delete(service);
  }

  vip(prefix: Prefix): Timeline | undefined {
    return this.#vips.get(prefix);
  }

  /** By the check's name. */
  checks(service: string): ReadonlyMap<string, Latency> {
    return this.#checks.get(service) ?? new Map();
  }

  #timeline(prefix: Prefix): Timeline | undefined {
    const known = this.#vips.get(prefix);
    if (known !== undefined || this.#vips.size >= MOST) return known;
    const fresh = new Timeline();
    this.#vips.set(prefix, fresh);
    return fresh;
  }

  #newLatency(own: Map<string, Latency>, check: string): Latency | undefined {
    if (this.#count >= MOST) return undefined;
    const fresh = new Latency();
    own.set(check, fresh);
    this.#count++;
    return fresh;
  }

  #prune(prefixes: readonly Prefix[]): void {
    if (this.#vips.size <= prefixes.length) return;
    const standing = new Set(prefixes);
    for (const prefix of this.#vips.keys()) if (!standing.has(prefix)) this.#vips.delete(prefix);
  }
}

function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.find((one) => one === "down") ?? verdicts.find((one) => one === "unknown") ?? "up";
}
