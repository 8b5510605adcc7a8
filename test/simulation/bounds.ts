import type { Prefix } from "../../src/core/address.ts";
import type { Host, Resident } from "./host.ts";
import { POOL } from "./pool.ts";
import { BACKENDS, type BackendName, CHECK } from "./site.ts";

/** As the product promises it, in milliseconds. */
const LEASE = 5_000;
const HANDOVER = 60_000;
const GUARD_ACTS = 1_000;
/** After the last of the intervals in which a backend's death shows: the time-out of the probe, and the withdrawal. */
const WITHDRAW = CHECK.timeout + 500;
/** To find gobgpd again, and for what it refused the next try, which is a second off. */
const RECONNECT = 1_500;
/** A controller looks for a guard every second. */
const MEET = 1_500;
/** A program that hangs does so until it is killed, be the fault over or not. */
const HANGING = 5_000;
/** A look by the timer, with its slow programs, the grace of a repair, and the time of a pass. */
const REPAIR = 10_000 + 1_000 + 2_000;
/** A kernel that cannot be read is waited for: three intervals, and the look that finds out, with programs that hang. */
const SIGHT = 30_000 + 10_000 + 3 * HANGING;

/** Which backends have to serve for a prefix to be true. */
const SERVED_BY: ReadonlyMap<string, readonly BackendName[]> = new Map([
  ["10.88.2.1/32", ["web", "api"]],
  ["10.88.2.53/32", ["dns"]],
  ["2001:db8:88:2::53/128", ["dns"]],
]);

/** Watches how long something stands that is not true. What hinders a process that works starts the time anew. */
export class Bounds {
  readonly #world: Host;
  readonly #broken: (words: string) => void;
  /** Prefixes that a router has while their dataplane is broken. */
  readonly #brokenSince = new Map<Prefix, number>();
  /** Since when the controller's looks at the kernel fail. */
  #blindSince: number | undefined;
  /** Until when an operator has forced each service up, on the world's time: nobody lies for it. */
  readonly #forcedUntil = new Map<BackendName, number>();
  /** The time when gobgpd was last found to be hindered. */
  #gobgpdUpSince = 0;
  #toolsUpSince = 0;
  #unwatchedSince: number | undefined;
  #guardUpSince = 0;
  #handedOver = false;
  /** Since when controller and guard have run side by side. */
  #togetherSince: number | undefined;
  #life: Resident | undefined;
  /** This life of the controller has met a guard. */
  #met = false;
  /** Prefixes that a router has and that a guard was told of. */
  readonly #guarded = new Set<Prefix>();

  constructor(world: Host, broken: (words: string) => void) {
    this.#world = world;
    this.#broken = broken;
  }

  looked(ok: boolean): void {
    const { now } = this.#world.time;
    this.#blindSince = ok ? undefined : (this.#blindSince ?? now);
  }

  /** An operator says that the service is up. */
  force(name: BackendName): void {
    this.#forcedUntil.set(name, Number.POSITIVE_INFINITY);
  }

  /** No operator's word stands any more. */
  free(): void {
    for (const [name, until] of this.#forcedUntil)
      if (until === Number.POSITIVE_INFINITY) this.#forcedUntil.set(name, this.#world.time.now);
  }

  /** A controller was told to leave its announcements to the next one. */
  handOver(): void {
    this.#handedOver = true;
  }

  /** What was announced before the ledger was lost, is not in the config any more, and no guard told of: nobody can know whose it is. */
  isNobodys(prefix: Prefix): boolean {
    return this.#world.ledgerLost && !this.#configured(prefix) && !(this.#met && this.#guarded.has(prefix));
  }

  check(): void {
    this.#hindrances();
    for (const prefix of SERVED_BY.keys()) this.#judge(prefix as Prefix);
  }

  #hindrances(): void {
    const { time, gobgpd, tools, life, guard } = this.#world;
    const { now } = time;
    if (gobgpd.state !== "runs" || gobgpd.refuse !== undefined) this.#gobgpdUpSince = now;
    if (tools.reads !== "work" || tools.writes !== "work" || tools.slow > 0) this.#toolsUpSince = now;
    if (guard?.process.runs !== true) this.#guardUpSince = now;
    else this.#guardUpSince = Math.max(this.#guardUpSince, guard.process.upSince);
    if (life?.process.runs === true) {
      this.#unwatchedSince = undefined;
      this.#handedOver = false;
    } else this.#unwatchedSince ??= now;
    this.#meet();
  }

  #meet(): void {
    const { time, life, guard } = this.#world;
    if (life !== this.#life) {
      // It has kept a ledger of its own, without what only a guard could have told it.
      if (!this.#met) this.#guarded.clear();
      this.#met = false;
      this.#life = life;
      this.#togetherSince = undefined;
    }
    const together = life?.process.runs === true && guard?.process.runs === true;
    this.#togetherSince = together ? (this.#togetherSince ?? time.now) : undefined;
    this.#met ||= this.#togetherSince !== undefined && time.now >= this.#togetherSince + MEET;
  }

  #judge(prefix: Prefix): void {
    const { time, routers, life } = this.#world;
    const told = [...routers.values()].some(({ table }) => table.has(prefix));
    if (!told) {
      this.#brokenSince.delete(prefix);
      this.#guarded.delete(prefix);
      return;
    }
    if (this.#togetherSince !== undefined && time.now >= this.#togetherSince + MEET) this.#guarded.add(prefix);
    const deadline =
      life?.process.runs === true ? this.#watched(prefix, life.process.upSince) : this.#unwatched(prefix);
    if (time.now <= deadline.at) return;
    this.#broken(`a router still has ${prefix}, ${Math.round(time.now - deadline.at)} ms too late: ${deadline.why}`);
  }

  #watched(prefix: Prefix, upSince: number): { readonly at: number; readonly why: string } {
    if (this.isNobodys(prefix)) return { at: Number.POSITIVE_INFINITY, why: "" };
    const dead = this.#deadSince(prefix);
    const upAt = Math.max(upSince + RECONNECT, this.#gobgpdUpSince + RECONNECT);
    const byHealth = Math.max(dead, upAt) + CHECK.fall * this.#world.site.interval + WITHDRAW;
    const lacks = this.#world.laws.lacks(prefix, {
      links: this.#world.kernel.links,
      virtualServices: this.#world.kernel.table,
    });
    if (lacks.length === 0) this.#brokenSince.delete(prefix);
    else if (!this.#brokenSince.has(prefix)) this.#brokenSince.set(prefix, this.#world.time.now);
    const broken = this.#brokenSince.get(prefix) ?? Number.POSITIVE_INFINITY;
    const byDataplane = Math.max(broken, upAt, this.#toolsUpSince + HANGING) + REPAIR;
    const byBlindness = Math.max(this.#blindSince ?? Number.POSITIVE_INFINITY, upAt) + SIGHT;
    const at = Math.min(byHealth, byDataplane, byBlindness);
    if (at === byHealth) return { at, why: "a backend is dead" };
    return { at, why: at === byDataplane ? `${lacks.join("; ")}` : "the kernel could not be read" };
  }

  #unwatched(prefix: Prefix): { readonly at: number; readonly why: string } {
    const { guard, time } = this.#world;
    const why = "no controller runs";
    if (guard?.process.runs !== true || !this.#guarded.has(prefix)) return { at: Number.POSITIVE_INFINITY, why };
    const term = this.#handedOver ? HANDOVER : LEASE;
    const from = Math.max(this.#unwatchedSince ?? time.now, this.#guardUpSince);
    return { at: Math.max(from + term, this.#gobgpdUpSince + RECONNECT) + GUARD_ACTS, why };
  }

  #configured(prefix: Prefix): boolean {
    const services = this.#world.life?.settings.config.services ?? [];
    return (SERVED_BY.get(prefix) ?? []).every((name) => services.some(({ service }) => service.name === name));
  }

  /** Since when too few of its backends serve. */
  #deadSince(prefix: Prefix): number {
    const names = SERVED_BY.get(prefix) ?? BACKENDS;
    const dead = (name: BackendName) => this.#world.backend(name).deadSince ?? Number.POSITIVE_INFINITY;
    const on = (name: BackendName) => (this.#world.site.pool && name === "web" ? POOL : [name]);
    const since = names.map((name) => Math.max(...on(name).map(dead), this.#forcedUntil.get(name) ?? 0));
    return this.#world.site.sharedPrefix === "any" ? Math.max(...since) : Math.min(...since);
  }
}
