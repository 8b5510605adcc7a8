import type { Verdict } from "./health.ts";
import type { Override } from "./override.ts";
import { isDraining } from "./override.ts";
import type { PeerStatus } from "./status.ts";
import { hasPath } from "./status.ts";

/** Milliseconds of one slot, and how many of them are kept: one hour. */
export const SLOT_MS = 30_000;
export const SLOTS = 120;

/** What can be seen of a VIP in a slot, each a bit: a slot in which it changed has both. 0: nobody was there to look. */
export const SEEN = {
  up: 1,
  down: 2,
  unknown: 4,
  announced: 8,
  silent: 16,
  proven: 32,
  draining: 64,
  /** Drained, or forced down. */
  held: 128,
} as const;
export type Seen = keyof typeof SEEN;

/** One moment of a VIP, as bits of SEEN. */
export function moment(
  verdict: Verdict,
  peers: readonly Pick<PeerStatus, "state">[],
  override: Override | undefined,
): number {
  const announced = peers.some(hasPath);
  const proven = peers.some(({ state }) => state === "proven");
  const word = override === undefined || override.word === "up" ? 0 : isDraining(override) ? SEEN.draining : SEEN.held;
  return SEEN[verdict] | (announced ? SEEN.announced : SEEN.silent) | (proven ? SEEN.proven : 0) | word;
}

/** The number of the slot that a time is in; `now`: monotonic milliseconds. */
export function slotOf(now: number): number {
  return Math.floor(now / SLOT_MS);
}

/** The last hour of one VIP: 120 bytes, whatever happens. What was last seen counts until something else is. */
export class Timeline {
  readonly #bytes = new Uint8Array(SLOTS);
  #slot = -1;
  #last = 0;

  /** Notes what is seen in a slot; slots never go back. */
  see(slot: number, bits: number): void {
    this.#moveTo(slot);
    this.#bytes[slot % SLOTS] = (this.#bytes[slot % SLOTS] ?? 0) | bits;
    this.#last = bits;
  }

  /** What was seen in each slot, the oldest first, `slot` last. */
  upTo(slot: number): Uint8Array {
    this.#moveTo(slot);
    const from = (slot + 1) % SLOTS;
    const all = new Uint8Array(SLOTS);
    all.set(this.#bytes.subarray(from));
    all.set(this.#bytes.subarray(0, from), SLOTS - from);
    return all;
  }

  #moveTo(slot: number): void {
    if (this.#slot === -1) this.#slot = slot;
    for (let next = Math.max(this.#slot + 1, slot - SLOTS + 1); next <= slot; next++)
      this.#bytes[next % SLOTS] = this.#last;
    this.#slot = Math.max(this.#slot, slot);
  }
}
