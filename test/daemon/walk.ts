import assert from "node:assert/strict";
import { networkPrefix } from "../../src/core/address.ts";
import { missing } from "../../src/core/dataplane.ts";
import type { Desired } from "../../src/core/desired.ts";
import { derive } from "../../src/core/desired.ts";
import type { Op } from "../../src/core/op.ts";
import { describe as words } from "../../src/core/op.ts";
import type { Link } from "../../src/core/state.ts";
import { Bench, GRACE, HOLD } from "../support/bench.ts";
import { EMPTY_KERNEL, health, intent, ip, service } from "../support/world.ts";
import type { Ambush } from "./walk-faults.ts";

export const BOTH = intent([service("web", ["10.88.2.1"]), service("dns", ["10.88.2.2", "2001:db8:f::2"])]);
export const ALONE = intent([service("web", ["10.88.2.1"])]);
export const FOREIGN: Link = {
  name: "eth9",
  kind: "dummy",
  alias: "somebody",
  up: true,
  addresses: [{ address: ip("192.0.2.7"), prefixLength: 32, usable: true }],
};

/** Walks a bench through faults, and watches over every op and every pass. */
export class Walk {
  readonly bench = new Bench(BOTH);
  #ambushes: Ambush[] = [];
  #blindSince: number | undefined;
  readonly #urged: Promise<void>[] = [];
  /** When each path was last taken out of gobgpd, as far as this life of ours saw it. */
  readonly #withdrawnAt = new Map<string, number>();

  constructor() {
    const { kernel, speaker } = this.bench;
    kernel.state = { ...EMPTY_KERNEL, links: new Map([["eth9", FOREIGN]]) };
    kernel.before = (op) => {
      this.#spring(op);
      this.#keepsFaith(op);
    };
    // What health has taken back is not handed over; what it takes back later has a withdrawal right behind it.
    speaker.handed = (ops) => {
      for (const op of ops) {
        if (op.kind !== "path.announce") continue;
        assert.equal(this.#wanted.announcements.get(op.path.prefix)?.want, "announce", `${words(op)}: it is not up`);
      }
    };
    speaker.before = (op) => {
      this.#spring(op);
      if (op.kind === "path.withdraw") this.#withdrawnAt.set(op.prefix, this.bench.clock.now());
      if (op.kind !== "path.announce") return;
      const wanted = this.#wanted;
      const announcement = wanted.announcements.get(op.path.prefix);
      assert.deepEqual(announcement && missing(announcement, wanted, kernel.state), [], words(op));
    };
  }

  get #wanted(): Desired {
    const { intent: asked, health: verdicts, stage, overrides } = this.bench;
    return derive(asked, verdicts, stage, true, overrides);
  }

  lay(ambush: Ambush): void {
    this.#ambushes.push(ambush);
  }

  /** No more faults, and a life that serves all of it. */
  mend(): void {
    const { bench } = this;
    this.#ambushes = [];
    bench.kernel.blind = false;
    bench.kernel.refuse = bench.speaker.refuse = () => undefined;
    bench.speaker.reach = "up";
    bench.overrides = new Map();
    if (bench.stage === "serving" && bench.intent === BOTH) return;
    bench.intent = BOTH;
    this.restart();
  }

  /** A new life, which serves. */
  restart(): void {
    this.bench.health = new Map();
    this.bench.stage = "serving";
    this.#withdrawnAt.clear();
    this.#blindSince = undefined;
    this.bench.restart();
  }

  async pass(): Promise<void> {
    const { failing } = await this.bench.reconciler.pass();
    await Promise.all(this.#urged.splice(0));
    this.#tellsNoLie(failing);
    this.#doesNotGuess(failing);
  }

  /** Health changes while the op is about to take effect, and a death is urgent: what the controller does. */
  #spring(op: Op): void {
    const at = this.#ambushes.findIndex((one) => one.on === op.kind);
    const [ambush] = at < 0 ? [] : this.#ambushes.splice(at, 1);
    if (ambush === undefined) return;
    this.bench.health = new Map([...this.bench.health, ...health({ [ambush.name]: ambush.verdict })]);
    if (ambush.verdict === "down") this.#urged.push(this.bench.reconciler.withdraw());
  }

  /** Nothing is taken from under a path that still draws traffic, nor before the hold is over; a VIP that stays may be mended. */
  #keepsFaith(op: Op): void {
    if (op.kind !== "address.delete" && op.kind !== "virtualService.delete") return;
    const vip = op.kind === "address.delete" ? op.address : op.service.vip;
    const stays = [...this.#wanted.links.values()].flat().some((one) => one.address === vip);
    if (stays) return;
    const prefix = networkPrefix(vip, vip.includes(":") ? 128 : 32);
    assert.ok(!this.bench.speaker.state.paths.has(prefix), `${words(op)} while it is announced`);
    const since = this.bench.clock.now() - (this.#withdrawnAt.get(prefix) ?? Number.NEGATIVE_INFINITY);
    assert.ok(since >= HOLD, `${words(op)} ${since} ms after its withdrawal`);
  }

  /** A kernel that was not seen for its grace takes every VIP along, but for a withdrawal that was refused. */
  #doesNotGuess(failing: ReadonlyMap<string, string>): void {
    const { kernel, speaker, clock } = this.bench;
    this.#blindSince = kernel.blind ? (this.#blindSince ?? clock.now()) : undefined;
    if (this.#blindSince === undefined || clock.now() - this.#blindSince < GRACE.sight || speaker.reach !== "up")
      return;
    for (const prefix of speaker.state.paths.keys())
      assert.ok(failing.has(`withdraw ${prefix}`), `${prefix} is announced over a kernel that nobody has seen`);
  }

  /** After a pass that saw both halves gobgpd holds only what is true, but for a withdrawal that it refused. */
  #tellsNoLie(failing: ReadonlyMap<string, string>): void {
    const { kernel, speaker } = this.bench;
    if (kernel.blind || speaker.reach !== "up") return;
    const wanted = this.#wanted;
    for (const prefix of speaker.state.paths.keys()) {
      if (failing.has(`withdraw ${prefix}`)) continue;
      const announcement = wanted.announcements.get(prefix);
      assert.ok(announcement !== undefined, `${prefix} is announced and nobody wants it`);
      assert.notEqual(announcement.want, "withdraw", `${prefix} is announced: ${announcement.reason}`);
      assert.deepEqual(missing(announcement, wanted, kernel.state), [], `${prefix} is announced`);
    }
  }
}
