import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../host.ts";
import { SLOW, until } from "../patience.ts";
import type { Topology } from "../topology.ts";
import { FAULTS } from "./faults.ts";
import type { Foreign } from "./foreign.ts";
import { CONVERGES, kindOf } from "./kinds.ts";
import { name } from "./laws.ts";
import type { Breach, FaultRecord } from "./record.ts";
import { faultLine } from "./report.ts";
import type { PlannedFault } from "./script.ts";
import type { Watch } from "./watch.ts";

/** What is no law's matter, such as how long a fault lasts, is not drawn out as long as a limit: emulation takes a fifth of the pace. */
const PACE = Math.min(SLOW, 5);
/** The lab's lease, see host-config.ts. */
const LEASE = 5 * SLOW;
/** What a host lacks is told after so many milliseconds, again and again. */
const TELL = 30_000;
/** Seconds on an ordinary machine in which a fault without a bound of its own must have cost a route. */
const LEAVES = 30;

export interface Play {
  readonly lab: Topology;
  readonly watch: Watch;
  readonly foreign: ReadonlyMap<string, Foreign>;
  /** How many hosts may be in a fault at once. */
  readonly overlap: number;
  /** Milliseconds over which the faults are spread; 0: one as soon as the other lets it. */
  readonly duration: number;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Plays the faults of a script, each when its time has come, its host is well and no more than `overlap` hosts are in a fault. */
export class Conductor {
  readonly faults: FaultRecord[] = [];
  readonly breaches: Breach[] = [];
  readonly #play: Play;
  readonly #busy = new Map<string, Promise<void>>();

  constructor(play: Play) {
    this.#play = play;
  }

  async perform(script: readonly PlannedFault[]): Promise<void> {
    const { lab, overlap, duration, signal } = this.#play;
    const start = Date.now();
    for (const planned of script) {
      const host = lab.hosts[planned.host];
      if (host === undefined) throw new Error(`the lab has no host number ${planned.host + 1}`);
      const early = start + planned.at * duration - Date.now();
      if (early > 0) await sleep(early, undefined, { signal });
      while (this.#busy.has(host.name) || this.#busy.size >= overlap) await Promise.race(this.#busy.values());
      signal.throwIfAborted();
      const over = this.#befall(planned, host).finally(() => this.#busy.delete(host.name));
      // It rejects only where the lab is interrupted, and then nobody may wait for it any more.
      over.catch(() => {});
      this.#busy.set(host.name, over);
      // So that two faults never strike in the same moment: their traces could not be told apart.
      await sleep(200 * PACE, undefined, { signal });
    }
    await Promise.all(this.#busy.values());
  }

  async #befall(planned: PlannedFault, host: Host): Promise<void> {
    const { lab, foreign, say, signal } = this.#play;
    const { number, kind } = planned;
    const goods = foreign.get(host.name);
    if (goods === undefined) throw new Error(`nothing foreign was planted on ${host.name}`);
    const vip = lab.site.vips[Math.floor(planned.length * lab.site.vips.length)] ?? "";
    const mark = await lab.router.mark();
    const at = Date.now();
    const times = { at, struck: at, undone: at, over: at, mended: undefined, back: undefined };
    let record: FaultRecord = { number, kind, host: host.name, ...times };
    // In the list from the first moment on: what it does is its own, also should it never end.
    this.faults.push(record);
    const note = (more: Partial<FaultRecord>) => {
      const place = this.faults.indexOf(record);
      record = { ...record, ...more };
      this.faults[place] = record;
    };
    try {
      const undo = await FAULTS[kind]({ lab, host, foreign: goods, vip });
      note({ struck: Date.now() });
      say(`${name(record)} has struck`);
      await sleep(this.#length(planned), undefined, { signal });
      if (kindOf(kind).leaves) await this.#hasLeft(record, host, () => this.#lost(host, mark.events));
      note({ undone: Date.now() });
      say(`${name(record)} is taken back`);
      await undo();
      note({ over: Date.now() });
      await this.#isWell(host, () => note({ mended: record.mended ?? Date.now() }));
      note({ back: Date.now() });
      say(faultLine(record));
    } catch (error) {
      signal.throwIfAborted();
      const text = `${name(record)}: ${error instanceof Error ? error.message : String(error)}`;
      this.breaches.push({ law: "converges", text });
      say(`FAILED: ${text}`);
      this.#tellWords(host);
    }
  }

  /** Milliseconds that a fault lasts at the least. */
  #length({ kind, length }: PlannedFault): number {
    const { seconds, leases } = kindOf(kind);
    const [least, most] = seconds ?? leases ?? [0, 0];
    return (least + length * (most - least)) * 1000 * (seconds === undefined ? LEASE : PACE);
  }

  #lost(host: Host, since: number): boolean {
    const events = this.#play.lab.router.events({ events: since, bytes: 0 });
    return events.some((event) => event.host === host.name && (event.kind === "withdrawn" || event.kind === "lost"));
  }

  /** A route that does not go is a lie: told by the law of that name where the fault has a bound, and here where it has none. */
  async #hasLeft(record: FaultRecord, host: Host, left: () => boolean): Promise<void> {
    const { bound, holdTime = 0 } = kindOf(record.kind);
    const seconds = (bound ?? LEAVES) + holdTime / SLOW + 5;
    const what = `the router loses a route of ${host.name}`;
    await until(what, left, { seconds, signal: this.#play.signal }).catch((error: unknown) => {
      this.#play.signal.throwIfAborted();
      const text = `${name(record)}: ${(error as Error).message}`;
      this.breaches.push({ law: "no lie", text });
      this.#play.say(`FAILED: ${text}`);
    });
  }

  /** Everything runs, the kernel has everything, the controller says that all is advertised and guarded, and the router sends traffic. */
  async #isWell(host: Host, onWhole: () => void): Promise<void> {
    const { lab, watch, say, signal } = this.#play;
    let [told, times] = [Date.now(), 0];
    const looks = lab.client.looks(host.name);
    let lacks = "";
    const look = async () => {
      const whole = await watch.look(host);
      if (whole) onWhole();
      lacks = await this.#lacks(host, whole, looks);
      if (Date.now() > told + TELL) {
        const session = lab.router.established(host.name) ? "up" : "down";
        say(`${host.name} still lacks ${lacks}; its session with the router is ${session}`);
        told = Date.now();
        times += 1;
        if (times === 3) this.#tellWords(host);
      }
      return lacks === "";
    };
    await until(`${host.name} is well`, look, { seconds: CONVERGES, signal, seen: () => lacks });
    for (const vip of lab.site.vips)
      await until(
        `the router sends ${vip} to ${host.name}`,
        async () => (await lab.router.kernelNextHops(vip)).includes(lab.nextHop(host, vip)),
        { seconds: 10, signal },
      );
  }

  #tellWords(host: Host): void {
    for (const program of [host.controller, host.guard, host.gobgpd])
      if (program !== undefined) this.#play.say(`the last words of ${program.name}:\n${program.lastWords(15)}`);
  }

  /** What a host still lacks, the cheap questions first; empty: it is well. */
  async #lacks(host: Host, whole: boolean, looks: number): Promise<string> {
    const { lab } = this.#play;
    for (const program of [host.service, host.gobgpd, host.controller, host.guard])
      if (program !== undefined && (!program.running || program.frozen)) return `${program.name} does not run`;
    if (!whole) return "a whole dataplane";
    for (const vip of lab.site.vips)
      if (!(await lab.router.nextHops(vip)).includes(lab.nextHop(host, vip))) return `a route to ${vip}`;
    // Two looks that began after the fault's end.
    if (lab.client.looks(host.name) < looks + 2) return "a look at its metrics";
    const advertised = lab.client.advertised(host.name);
    if (!lab.site.vips.every((vip) => advertised?.[vip] === 1)) return "its own word that it is advertised";
    return lab.client.gauges(host.name)?.["bgp_lb_lease_guarded"] === 1 ? "" : "a guard";
  }
}
