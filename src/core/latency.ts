import { SLOTS } from "./timeline.ts";

/** What is kept of the probes of one slot: milliseconds (three percent exact), and how many failed (255 at most). */
export interface LatencySlot {
  readonly mean: number;
  readonly max: number;
  readonly failed: number;
}

/** A byte holds 0.05 ms to 60 s: each step is 5.7 % more. 0 stands for no probe. */
const LEAST_MS = 0.05;
const STEP = Math.log(60_000 / LEAST_MS) / 254;

function toByte(ms: number): number {
  return Math.min(255, Math.max(1, 1 + Math.round(Math.log(Math.max(ms, LEAST_MS) / LEAST_MS) / STEP)));
}

function fromByte(byte: number): number {
  return LEAST_MS * Math.exp((byte - 1) * STEP);
}

/** How long the probes of one check took in the last hour: 360 bytes, however often it is probed. */
export class Latency {
  readonly #mean = new Uint8Array(SLOTS);
  readonly #max = new Uint8Array(SLOTS);
  readonly #failed = new Uint8Array(SLOTS);
  #slot = -1;
  #sum = 0;
  #count = 0;
  /** The last probe. */
  last: { readonly ok: boolean; readonly ms: number } | undefined;

  probe(slot: number, ok: boolean, ms: number): void {
    this.#moveTo(slot);
    const at = slot % SLOTS;
    this.#sum += ms;
    this.#count++;
    this.#mean[at] = toByte(this.#sum / this.#count);
    this.#max[at] = Math.max(this.#max[at] ?? 0, toByte(ms));
    if (!ok) this.#failed[at] = Math.min(255, (this.#failed[at] ?? 0) + 1);
    this.last = { ok, ms };
  }

  /** Each slot, the oldest first, `slot` last; undefined where no probe ended. */
  upTo(slot: number): readonly (LatencySlot | undefined)[] {
    this.#moveTo(slot);
    return Array.from({ length: SLOTS }, (_, index) => {
      const at = (slot + 1 + index) % SLOTS;
      const max = this.#max[at] ?? 0;
      if (max === 0) return undefined;
      return { mean: fromByte(this.#mean[at] ?? 0), max: fromByte(max), failed: this.#failed[at] ?? 0 };
    });
  }

  #moveTo(slot: number): void {
    if (slot <= this.#slot) return;
    for (let next = Math.max(this.#slot + 1, slot - SLOTS + 1); next <= slot; next++)
      for (const bytes of [this.#mean, this.#max, this.#failed]) bytes[next % SLOTS] = 0;
    this.#slot = slot;
    this.#sum = 0;
    this.#count = 0;
  }
}
