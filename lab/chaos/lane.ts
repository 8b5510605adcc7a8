import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../host.ts";
import { SLOW, until } from "../patience.ts";
import type { Topology } from "../topology.ts";
import type { Window } from "./account.ts";
import type { Fault } from "./faults.ts";

/** Milliseconds of an ordinary machine. */
const ms = (seconds: number) => seconds * 1_000 * SLOW;

/** A fault that was done, and what came of it; Unix milliseconds. */
export interface Blow {
  readonly host: string;
  readonly fault: Fault;
  readonly window: Window | undefined;
  /** How long the route took to go, or the dataplane to be mended. */
  readonly took: number | undefined;
  readonly violations: readonly string[];
}

/** Does faults to one host, one after the other, and looks after each whether what is promised holds. */
export class Lane {
  readonly #lab: Topology;
  readonly #host: Host;
  readonly #random: () => number;
  #whole: readonly string[] = [];

  constructor(lab: Topology, host: Host, random: () => number) {
    this.#lab = lab;
    this.#host = host;
    this.#random = random;
  }

  /** To be called where all is well: as it is now, foreign things among it, it has to be again after each fault. */
  async remember(): Promise<void> {
    this.#whole = await this.#dataplane();
  }

  async suffer(fault: Fault): Promise<Blow> {
    const { name, goneWithin, mendedWithin, cuts } = fault;
    const violations: string[] = [];
    const host = this.#host;
    const from = Date.now();
    await fault.strike(host, this.#lab);
    let took: number | undefined;
    let endOfLosses = from;
    if (goneWithin !== undefined) {
      took = await this.#within(from, ms(goneWithin), async () => !(await this.#announced()));
      endOfLosses = Date.now() + ms(0.2);
      if (took === undefined) violations.push(`still announced ${ms(goneWithin) / 1_000} s after: ${name}`);
      await sleep(this.#random() * ms(0.5));
      if (took !== undefined && (await this.#announced()))
        violations.push(`announced again before it was healed: ${name}`);
    } else if (mendedWithin === undefined) await sleep(this.#random() * ms(fault.lasts ?? 0.5));
    await fault.heal?.(host, this.#lab);
    if (mendedWithin !== undefined) {
      const mended = async () => (await this.#isWhole()) || !(await this.#announced());
      took = await this.#within(from, ms(mendedWithin), mended);
      if (took === undefined)
        violations.push(`announced without its dataplane ${ms(mendedWithin) / 1_000} s after: ${name}`);
    }
    if (cuts !== undefined) endOfLosses = Math.max(Date.now() + (took === undefined ? ms(cuts) : ms(0.2)), endOfLosses);
    if (fault.name === "cable pulled") endOfLosses = Date.now() + ms(cuts ?? 0);
    violations.push(...(await this.#recovered(name)));
    const window = goneWithin === undefined && cuts === undefined ? undefined : { cause: name, from, to: endOfLosses };
    return { host: host.name, fault, window, took, violations };
  }

  /** Waits until all is as it was. */
  async #recovered(after: string): Promise<readonly string[]> {
    let seen: unknown;
    try {
      await until(
        `${this.#host.name} is well again after: ${after}`,
        async () => {
          const whole = await this.#dataplane();
          const announced = await this.#announced();
          seen = { announced, dataplane: whole.join() === this.#whole.join() ? "as before" : whole };
          const gauges = this.#lab.client.advertised(this.#host.name);
          const told = this.#lab.site.vips.every((vip) => gauges?.[vip] === 1);
          return announced && told && whole.join() === this.#whole.join();
        },
        { seconds: 30, seen: () => seen },
      );
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  }

  /** Milliseconds from `from` until it came; undefined where it did not come in time, or not to the first look. */
  async #within(from: number, limit: number, look: () => Promise<boolean>): Promise<number | undefined> {
    do {
      if (await look()) return Date.now() - from;
      await sleep(50 * Math.min(SLOW, 5));
    } while (Date.now() - from <= limit);
    return undefined;
  }

  /** Whether the router has a route to any VIP by this host. */
  async #announced(): Promise<boolean> {
    for (const vip of this.#lab.site.vips) {
      const hops = await this.#lab.router.nextHops(vip);
      if (hops.includes(this.#lab.nextHop(this.#host, vip))) return true;
    }
    return false;
  }

  async #isWhole(): Promise<boolean> {
    return (await this.#dataplane()).join() === this.#whole.join();
  }

  async #dataplane(): Promise<readonly string[]> {
    const [addresses, ipvs] = await Promise.all([this.#host.addresses(), this.#host.ipvs()]);
    return [...addresses, ...ipvs].sort();
  }
}
