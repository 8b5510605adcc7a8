import type { SpeakerOp } from "../../src/core/op.ts";
import type { BgpTap } from "../support/bgp-tap.ts";
import { until } from "../support/until.ts";
import type { Stage } from "./stage.ts";
import { announce, withdraw } from "./stage.ts";

/** What ops put on the wire: a marker path behind them shows when everything before it has arrived. */
export class Wire {
  readonly #stage: Stage;
  readonly #tap: BgpTap;
  static #marker = 0;

  constructor(stage: Stage, tap: BgpTap) {
    this.#stage = stage;
    this.#tap = tap;
  }

  async of(...ops: readonly SpeakerOp[]): Promise<string[]> {
    const from = this.#tap.updates.length;
    const marker = `172.31.0.${++Wire.#marker}/32`;
    await this.#stage.must(...ops);
    await this.#stage.must(announce(marker));
    await until("the marker at the peer", () => this.#tap.changes.some(({ announced }) => announced.includes(marker)));
    await this.#stage.must(withdraw(marker));
    await until("the marker's end", () => this.#tap.changes.some(({ withdrawn }) => withdrawn.includes(marker)));
    return this.#tap.updates
      .slice(from)
      .flatMap(({ announced, withdrawn, nextHop }) => [
        ...announced.map((prefix) => `+${prefix} via ${nextHop}`),
        ...withdrawn.map((prefix) => `-${prefix}`),
      ])
      .filter((line) => !line.includes(marker));
  }
}
