import type { Prefix } from "../../src/core/address.ts";
import { bits, family, networkPrefix } from "../../src/core/address.ts";
import { missing } from "../../src/core/dataplane.ts";
import type { Desired } from "../../src/core/desired.ts";
import { derive } from "../../src/core/desired.ts";
import type { KernelOp, SpeakerOp } from "../../src/core/op.ts";
import { describe } from "../../src/core/op.ts";
import { addressKey } from "../../src/core/ownership.ts";
import type { KernelState, LinkAddress, SpeakerState } from "../../src/core/state.ts";
import { intentOf } from "../../src/daemon/settings.ts";
import { Bounds } from "./bounds.ts";
import type { Host, Resident } from "./host.ts";
import type { Watcher } from "./kernel-port.ts";
import { type Outcome, SYSCTLS, thingOf } from "./model-kernel.ts";
import { changesNothing, repeatsItself } from "./needless.ts";
import { healths, unproven } from "./pool.ts";
import type { Process } from "./process.ts";
import { settingsOf, VERSIONS } from "./site.ts";
import type { SpeakerWatcher } from "./speaker-port.ts";

/** A law, by its short name, that was broken. */
export interface Breach {
  readonly law: Law;
  readonly at: number;
  readonly words: string;
}

export type Law =
  | "no lie"
  | "verified first"
  | "withdrawn first"
  | "nothing foreign"
  | "no needless op"
  | "converges"
  | "quiet"
  | "left clean"
  | "no fault of ours";

/** A plan may have waited this long when it is carried out: for its turn, for a gobgpd that hangs, with a process that stood still (milliseconds). */
const CROSSING_MS = 16_000;
/** An op that failed is not tried again before this (milliseconds; the shortest pause is a second). */
const LEAST_PAUSE_MS = 900;
const MOST_TRIES = 5;

/** Watches over every op that our processes send, and with Bounds over how long things stand. Keeps the first breach. */
export class Laws implements Watcher, SpeakerWatcher {
  readonly bounds: Bounds;
  breach: Breach | undefined;
  /** Ops that our processes have sent, and when the last of them was. */
  ops = 0;
  readonly #world: Host;
  /** What the prefixes need by each version of the config. */
  readonly needs: readonly Desired[];
  readonly #failed = new Map<string, readonly number[]>();
  readonly #withdrawals = new Map<string, number>();
  #lookedAt: readonly [KernelState["links"] | undefined, KernelState["virtualServices"]] = [undefined, undefined];
  readonly #lacking = new Map<Prefix, readonly string[]>();

  constructor(world: Host) {
    this.#world = world;
    this.bounds = new Bounds(world, (words) => this.broken("no lie", words));
    this.needs = VERSIONS.flatMap((version) => {
      const intent = intentOf(settingsOf(world.site, version));
      return healths(world.site).map((health) => derive(intent, health, "serving", true));
    });
  }

  broken(law: Law, words: string): void {
    this.breach ??= { law, at: this.#world.time.now, words };
  }

  /** After every step. */
  check(): void {
    this.bounds.check();
  }

  onLook(by: Process, ok: boolean): void {
    if (by === this.#world.life?.process) this.bounds.looked(ok);
  }

  onKernelOp(by: Process, op: KernelOp, seen: KernelState | undefined, { changed, error }: Outcome): void {
    this.ops++;
    const { foreign } = this.#world.kernel;
    const isForeign = (link: string) => (one: LinkAddress) => foreign.has(`address ${addressKey(link, one)}`);
    if (changed && foreign.has(thingOf(op))) this.broken("nothing foreign", `${by.name}: ${describe(op)}`);
    // What comes between a look and the op nobody can know of.
    if (op.kind === "link.delete" && seen?.links.get(op.link)?.addresses.some(isForeign(op.link)) === true)
      this.broken("nothing foreign", `${by.name}: ${describe(op)}, with somebody else's address on it`);
    if (changed) this.#tornDown(by, op, seen);
    if (changed && "server" in op && op.kind !== "realServer.delete") {
      const against = unproven(this.#world, by, op.server);
      if (against !== undefined) this.broken("verified first", `${by.name}: ${describe(op)}: ${against}`);
    }
    this.#repeated(by, op, error);
    if (seen !== undefined && changesNothing(seen, op))
      this.broken("no needless op", `${by.name}: ${describe(op)}: it saw that it is so already`);
  }

  onHanded(by: Process, op: SpeakerOp): void {
    if (op.kind !== "path.announce") return;
    const seen = this.#world.life?.process === by ? this.#world.life.kernel.seen : undefined;
    const { prefix } = op.path;
    const lacks = seen === undefined ? ["the kernel was never seen"] : this.lacks(prefix, seen);
    if (lacks.length > 0) this.broken("verified first", `${by.name}: ${describe(op)}: ${lacks.join("; ")}`);
  }

  onSpeakerOp(by: Process, op: SpeakerOp, seen: SpeakerState | undefined, { changed, error }: Outcome): void {
    this.ops++;
    const thing = op.kind === "path.withdraw" ? op.prefix : op.kind === "path.announce" ? op.path.prefix : undefined;
    if (changed && thing !== undefined && this.#world.gobgpd.foreign.has(thing))
      this.broken("nothing foreign", `${by.name}: ${describe(op)}`);
    if (this.#world.site.mode === "shared" && thing === undefined)
      this.broken("nothing foreign", `${by.name}: ${describe(op)}: gobgpd has a config of its own`);
    this.#repeated(by, op, error);
    // A withdrawal is sent twice where an urgent one and a pass cross: better that than one that waits for the other.
    const crossed =
      op.kind === "path.withdraw" && this.#withdrawnAt(by, op.prefix) > this.#world.time.now - CROSSING_MS;
    if (op.kind === "path.withdraw") this.#withdrawals.set(`${by.name} ${op.prefix}`, this.#world.time.now);
    if (seen !== undefined && !crossed && repeatsItself(seen, op))
      this.broken("no needless op", `${by.name}: ${describe(op)}: it saw that it is so already`);
  }

  onLeft({ process, outcome, settings }: Resident): void {
    if (outcome !== "clean") return;
    if (settings.config.onStop === "handover") {
      this.bounds.handOver();
      return;
    }
    const { gobgpd, kernel } = this.#world;
    for (const prefix of gobgpd.paths.keys())
      if (!gobgpd.foreign.has(prefix) && !this.bounds.isNobodys(prefix))
        this.broken("left clean", `${process.name}: ${prefix} is still announced`);
    if (this.#world.ledgerLost) return;
    const left: string[] = [...kernel.table.keys()].filter((key) => !kernel.foreign.has(`service ${key}`));
    for (const [name, value] of SYSCTLS)
      if (kernel.sysctls.get(name) !== value) left.push(`${name} = ${kernel.sysctls.get(name)}`);
    if (left.length > 0) this.broken("left clean", `${process.name}: ${left.join(", ")} still there`);
  }

  /** What the kernel lacks for the prefix by the version of the config that comes nearest. */
  lacks(prefix: Prefix, kernel: KernelState): readonly string[] {
    const [links, table] = this.#lookedAt;
    if (links !== kernel.links || table !== kernel.virtualServices) this.#lacking.clear();
    this.#lookedAt = [kernel.links, kernel.virtualServices];
    const known = this.#lacking.get(prefix) ?? this.#nearest(prefix, kernel);
    this.#lacking.set(prefix, known);
    return known;
  }

  #nearest(prefix: Prefix, kernel: KernelState): readonly string[] {
    let least: readonly string[] = ["no config has it"];
    for (const desired of this.needs) {
      const announcement = desired.announcements.get(prefix);
      if (announcement === undefined) continue;
      least = missing(announcement, desired, kernel);
      if (least.length === 0) return least;
    }
    return least;
  }

  /** A VIP that routers may still send traffic to keeps its dataplane, and for the hold after. */
  #tornDown(by: Process, op: KernelOp, seen: KernelState | undefined): void {
    if (op.kind !== "address.delete" && op.kind !== "virtualService.delete") return;
    const vip = op.kind === "address.delete" ? op.address : op.service.vip;
    // An address that the kernel does not answer for is bound anew.
    const bound = op.kind === "address.delete" ? seen?.links.get(op.link)?.addresses : [];
    if (bound?.some(({ address, usable }) => address === vip && !usable)) return;
    const { gobgpd, time, life, site } = this.#world;
    // A VIP of two services, of which one is enough, may lose a port while it is announced.
    if (op.kind === "virtualService.delete" && site.sharedPrefix === "any") return;
    const hold = life?.settings.config.withdrawHold ?? 0;
    const prefix = networkPrefix(vip, bits(family(vip)));
    if (gobgpd.paths.has(prefix)) this.broken("withdrawn first", `${by.name}: ${describe(op)}: ${prefix} is announced`);
    const since = gobgpd.lastHeld.get(prefix) ?? Number.NEGATIVE_INFINITY;
    if (time.now - since < hold - 1)
      this.broken(
        "withdrawn first",
        `${by.name}: ${describe(op)}: ${prefix} was announced ${Math.round(time.now - since)} ms ago`,
      );
  }

  #withdrawnAt(by: Process, prefix: Prefix): number {
    return this.#withdrawals.get(`${by.name} ${prefix}`) ?? Number.NEGATIVE_INFINITY;
  }

  #repeated(by: Process, op: KernelOp | SpeakerOp, error: string | undefined): void {
    const key = `${by.name} ${describe(op)}`;
    if (error === undefined) {
      this.#failed.delete(key);
      return;
    }
    const { now } = this.#world.time;
    const recent = [...(this.#failed.get(key) ?? []), now].filter((at) => at > now - LEAST_PAUSE_MS);
    this.#failed.set(key, recent);
    // A few may be for other reasons than before: it was not wanted in between, and then wanted again.
    if (recent.length > MOST_TRIES)
      this.broken("no needless op", `${key}: ${recent.length} tries within ${LEAST_PAUSE_MS} ms`);
  }
}
