import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { networkPrefix } from "../../src/core/address.ts";
import { missing } from "../../src/core/dataplane.ts";
import type { Desired } from "../../src/core/desired.ts";
import { derive } from "../../src/core/desired.ts";
import type { Op } from "../../src/core/op.ts";
import { describe as words } from "../../src/core/op.ts";
import type { Link } from "../../src/core/state.ts";
import { Bench, HOLD } from "../support/bench.ts";
import { said } from "../support/override.ts";
import { EMPTY_KERNEL, health, intent, ip, service } from "../support/world.ts";
import type { Ambush, Fault } from "./walk-faults.ts";
import { anyWalk } from "./walk-faults.ts";

const BOTH = intent([service("web", ["10.88.2.1"]), service("dns", ["10.88.2.2", "2001:db8:f::2"])]);
const ALONE = intent([service("web", ["10.88.2.1"])]);
const FOREIGN: Link = {
  name: "eth9",
  kind: "dummy",
  alias: "somebody",
  up: true,
  addresses: [{ address: ip("192.0.2.7"), prefixLength: 32, usable: true }],
};

/** Walks a bench through faults, and watches over every op and every pass. */
class Walk {
  readonly bench = new Bench(BOTH);
  #ambushes: Ambush[] = [];
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
    this.bench.restart();
  }

  async pass(): Promise<void> {
    const { failing } = await this.bench.reconciler.pass();
    await Promise.all(this.#urged.splice(0));
    this.#tellsNoLie(failing);
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

test("property: in every walk through faults no router is lied to, and when they end it converges and is quiet", async () => {
  await fc.assert(
    fc.asyncProperty(anyWalk, async (faults) => {
      const walk = new Walk();
      const { bench } = walk;
      bench.health = health({ web: "up", dns: "up" });
      await walk.pass();
      for (const one of faults) await play(walk, one);
      walk.mend();
      bench.health = health({ web: "up", dns: "down" });
      for (let pass = 0; pass < 4; pass++) {
        await bench.clock.advance(60_000);
        await walk.pass();
      }
      const quiet = bench.kernel.applied.length + bench.speaker.applied.length;
      await walk.pass();
      assert.equal(bench.kernel.applied.length + bench.speaker.applied.length, quiet, "not quiet");
      assert.deepEqual([...bench.speaker.state.paths.keys()], ["10.88.2.1/32"]);
      assert.equal(bench.kernel.state.links.get("eth9"), FOREIGN);
    }),
    { numRuns: 1_500 },
  );
});

async function play(walk: Walk, one: Fault): Promise<void> {
  const { bench } = walk;
  switch (one.kind) {
    case "health":
      bench.health = new Map([...bench.health, ...health({ [one.name]: one.verdict })]);
      return;
    case "word":
      bench.say(one.name, said(one.word));
      return;
    case "speaker":
      bench.speaker.reach = one.reach;
      if (one.reach === "absent") bench.speaker.restartEmpty();
      return;
    case "refuse":
      bench.kernel.refuse = (op) => (op.kind === one.what ? "refused" : undefined);
      bench.speaker.refuse = (op) => (op.kind === one.what ? "refused" : undefined);
      return;
    case "ambush":
      walk.lay(one);
      return;
    case "kill":
      walk.restart();
      return;
    case "drop":
    case "restore":
      // Config is read at the start only: dns leaves it with one life and is back in it with another.
      bench.intent = one.kind === "drop" ? ALONE : BOTH;
      walk.restart();
      return;
    case "leaving":
    case "gone":
      bench.stage = one.kind;
      return;
    case "gobgpdEmpty":
      bench.speaker.restartEmpty();
      return;
    case "flush":
      bench.kernel.state = {
        links: new Map([...bench.kernel.state.links].filter(([name]) => name === "eth9")),
        virtualServices: new Map(),
      };
      return;
    case "flushDns":
      // One of two, so that a plan builds it and announces the other.
      bench.kernel.state = {
        ...bench.kernel.state,
        links: new Map([...bench.kernel.state.links].filter(([name]) => name !== "dns")),
      };
      return;
    case "blind":
    case "sight":
      bench.kernel.blind = one.kind === "blind";
      return;
    case "mend":
      walk.mend();
      return;
    case "wait":
      await bench.clock.advance(1_000);
      return;
    case "withdraw":
      await bench.reconciler.withdraw();
      return;
    case "pass":
      await walk.pass();
  }
}
