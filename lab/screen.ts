import type { Picture } from "./picture.ts";

/** Where the lab is shown: a terminal is redrawn in place, anything else gets a line for each change. */
export interface Screen {
  /** Something was done or has held. */
  say(text: string): void;
  /** A new act begins. */
  act(number: number, title: string): void;
  /** An act did not hold. */
  failure(text: string): void;
  show(picture: Picture): void;
  /** Lines that stay, after which nothing is redrawn any more. */
  end(lines: readonly string[]): void;
}

/** `v4 v6` for what holds, `-` in the place of what does not. */
export function families(holds: readonly boolean[] | undefined, vips: readonly string[]): string {
  if (holds === undefined) return "?";
  return vips.map((vip, index) => (holds[index] === true ? (vip.includes(":") ? "v6" : "v4") : "- ")).join(" ");
}

export function clock(start: number): string {
  const seconds = Math.floor((performance.now() - start) / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** The failed request that happened last, in few words. */
export function lastError(picture: Picture): string {
  const { lastError: last } = picture;
  if (last === undefined) return "";
  return `, the last ${Math.max(0, Math.round((Date.now() - last.end) / 1000))} s ago: ${last.error}`;
}
