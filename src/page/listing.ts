import type { StatusDocument, ToldAnnouncement } from "../admin/api.ts";
import { hasPath, isAnnounced } from "../core/status.ts";
import type { Show, View } from "./view.ts";
import { SHOWS } from "./view.ts";

/** bad: it should be announced and is not, or the other way round; warn: look at it; held: an operator said so; good. In the order of a glance. */
const TONES = ["bad", "warn", "held", "good"] as const;
export type Tone = (typeof TONES)[number];

/** One VIP as it is shown. */
export interface Row {
  readonly vip: ToldAnnouncement;
  readonly tone: Tone;
  /** The state in a word or two. */
  readonly word: string;
  /** What a search looks into. */
  readonly text: string;
}

export interface Listing {
  readonly rows: readonly Row[];
  readonly counts: Readonly<Record<Show, number>>;
}

export interface Part {
  readonly rows: readonly Row[];
  /** How many match on all pages together. */
  readonly found: number;
  readonly page: number;
  readonly pages: number;
}

export const PAGE_SIZE = 50;

/** All VIPs, trouble first, else in the order of the config. */
export function list({ announcements, services }: Pick<StatusDocument, "announcements" | "services">): Listing {
  const words = new Map(services.map(({ name, override }) => [name, override]));
  const rows = announcements.map((vip): Row => {
    const override = vip.services.map((name) => words.get(name)).find((one) => one !== undefined);
    const draining = override?.word === "drain" && override.result === undefined;
    const held = override !== undefined && override.word !== "up" && !draining;
    const tone = toneOf(vip, held, draining || override?.word === "up");
    const word =
      draining && isAnnounced(vip) ? "draining" : held && vip.state === "withdrawn" ? heldWord(override) : vip.state;
    return { vip, tone, word, text: `${vip.prefix} ${vip.services.join(" ")} ${word} ${vip.reason}`.toLowerCase() };
  });
  rows.sort((a, b) => TONES.indexOf(a.tone) - TONES.indexOf(b.tone));
  const counts = Object.fromEntries(SHOWS.map((show) => [show, rows.filter((row) => FITS[show](row)).length]));
  return { rows, counts: counts as Record<Show, number> };
}

/** The rows of one page of a view; a page beyond the last is the last. */
export function select({ rows }: Listing, { search, show, page }: View): Part {
  const found = rows.filter((row) => FITS[show](row) && row.text.includes(search));
  const pages = Math.max(1, Math.ceil(found.length / PAGE_SIZE));
  const shown = Math.min(page, pages);
  return { rows: found.slice((shown - 1) * PAGE_SIZE, shown * PAGE_SIZE), found: found.length, page: shown, pages };
}

const FITS: Readonly<Record<Show, (row: Row) => boolean>> = {
  all: () => true,
  trouble: ({ tone }) => tone === "bad" || tone === "warn",
  announced: ({ vip }) => isAnnounced(vip),
  silent: ({ vip }) => !isAnnounced(vip),
  held: ({ tone, word }) => tone === "held" || word === "draining",
};

function heldWord(override: { readonly word: string }): string {
  return override.word === "drain" ? "drained" : "forced down";
}

function toneOf({ state, peers }: ToldAnnouncement, held: boolean, unusual: boolean): Tone {
  switch (state) {
    case "proven":
    case "sent":
      return unusual || !peers.every(hasPath) ? "warn" : "good";
    case "withdrawn":
      return held ? "held" : "bad";
    case "unknown":
      return "warn";
    case "altered":
      return peers.some(hasPath) ? "warn" : "bad";
    case "accepted":
    case "pending":
    case "lingering":
      return "bad";
  }
}
