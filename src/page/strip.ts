import type { Seen } from "../core/timeline.ts";
import { SEEN, SLOT_MS, SLOTS } from "../core/timeline.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";

/** One lane of a timeline: in each slot the class of the first that was seen in it, so the worse stands before the better. */
interface Lane {
  readonly name: string;
  readonly seen: readonly Seen[];
}

export const LANES = {
  health: { name: "Health", seen: ["down", "unknown", "up"] },
  announced: { name: "Announced", seen: ["silent", "announced"] },
  proven: { name: "Proven", seen: ["proven"] },
  held: { name: "Drained", seen: ["held", "draining"] },
} as const satisfies Readonly<Record<string, Lane>>;

const HEIGHT = 10;

/** Words for people who do not see the picture: `up 58 min, down 2 min`. */
function laneWords(slots: Uint8Array, { seen }: Lane): string {
  const words = seen.map((one) => {
    const count = slots.filter((bits) => firstSeen(bits, seen) === one).length;
    return count === 0 ? "" : `${NAMES[one]} ${minutes(count)}`;
  });
  return words.filter((word) => word !== "").join(", ") || "nothing seen";
}

const NAMES: Readonly<Record<Seen, string>> = {
  up: "up",
  down: "down",
  unknown: "no verdict",
  announced: "announced",
  silent: "not announced",
  proven: "proven",
  draining: "draining",
  held: "drained or forced down",
};

/** One lane as a picture. What is bad is lower as well as of another colour. */
export function strip(slots: Uint8Array, lane: Lane): Html {
  const words = `${lane.name}, last hour: ${laneWords(slots, lane)}`;
  return html`<svg class="strip" viewBox="0 0 ${SLOTS} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${words}">${shapes(slots, lane.seen)}</svg>`;
}

/** Health and announcement of a VIP in one small picture: above the checks, below what the peers were told. */
export function smallStrip(slots: Uint8Array): Html {
  const { health, announced, held } = LANES;
  const words = `Last hour: ${laneWords(slots, health)}; ${laneWords(slots, announced)}`;
  return html`<svg class="strip" viewBox="0 0 ${SLOTS} 24" preserveAspectRatio="none" role="img" aria-label="${words}">${shapes(slots, health.seen)}<g transform="translate(0 13)">${shapes(slots, [...held.seen, ...announced.seen])}</g></svg>`;
}

/** One path for each class: runs of equal slots are one rectangle. */
function shapes(slots: Uint8Array, seen: readonly Seen[]): Html[] {
  const paths = new Map<Seen, string>();
  let from = 0;
  for (let at = 1; at <= slots.length; at++) {
    const kind = firstSeen(slots[from] ?? 0, seen);
    if (at < slots.length && firstSeen(slots[at] ?? 0, seen) === kind) continue;
    const top = LOW.includes(kind) ? HEIGHT - 4 : 0;
    if (kind !== undefined)
      paths.set(kind, `${paths.get(kind) ?? ""}M${from} ${top}h${at - from}v${HEIGHT - top}h-${at - from}z`);
    from = at;
  }
  return [...paths].map(([kind, path]) => html`<path class="seen-${kind}" d="${path}"/>`);
}

const LOW: readonly (Seen | undefined)[] = ["down", "silent", "unknown", "held"];

function firstSeen(bits: number, seen: readonly Seen[]): Seen | undefined {
  return seen.find((one) => (bits & SEEN[one]) !== 0);
}

function minutes(count: number): string {
  const whole = Math.round((count * SLOT_MS) / 6_000) / 10;
  return `${whole} min`;
}
