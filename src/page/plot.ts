import type { LatencySlot } from "../core/latency.ts";
import { SLOTS } from "../core/timeline.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";

const HEIGHT = 60;

/** Milliseconds for people: `0.34 ms`, `12 ms`, `1.2 s`. */
function duration(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${ms >= 10 ? Math.round(ms) : ms.toPrecision(2)} ms`;
}

/** The probes of a check in the last hour: the mean as a line, the longest as an area, failures as marks at the top. Its numbers lie in data-plot for the script. */
export function plot(check: string, slots: readonly (LatencySlot | undefined)[]): Html {
  const known = slots.filter((one) => one !== undefined);
  const top = scaleTop(Math.max(1, ...known.map(({ max }) => max)));
  const failed = known.reduce((sum, one) => sum + one.failed, 0);
  const words = `${check}, last hour: ${plotWords(known, failed)}`;
  const y = (ms: number) => Math.round((HEIGHT - (ms / top) * (HEIGHT - 6)) * 10) / 10;
  const bars = slots
    .map((one, at) => (one === undefined ? "" : `M${at} ${HEIGHT}V${y(one.max)}h1V${HEIGHT}z`))
    .join("");
  const line = slots
    .map((one, at) => (one === undefined ? "" : `${slots[at - 1] === undefined ? "M" : "L"}${at + 0.5} ${y(one.mean)}`))
    .join("");
  const marks = slots.map((one, at) => (one === undefined || one.failed === 0 ? "" : `M${at} 0h1v5h-1z`)).join("");
  const data = JSON.stringify(
    slots.map((one) => (one === undefined ? 0 : [round(one.mean), round(one.max), one.failed])),
  );
  return html`<figure class="plot" data-plot="${data}" data-name="${check}">
<figcaption>${check}<span class="scale">full height ${duration(top)}</span></figcaption>
<svg viewBox="0 0 ${SLOTS} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${words}"><path class="most" d="${bars}"/><path class="mean" d="${line}"/><path class="fails" d="${marks}"/></svg>
<p class="quiet">${plotWords(known, failed)}</p></figure>`;
}

function plotWords(known: readonly LatencySlot[], failed: number): string {
  const last = known.at(-1);
  if (last === undefined) return "no probe has ended yet";
  const most = Math.max(...known.map(({ max }) => max));
  const fails = failed === 0 ? "none failed" : `${failed} failed`;
  return `now ${duration(last.mean)}, longest ${duration(most)}, ${fails}`;
}

function round(ms: number): number {
  return Number(ms.toPrecision(3));
}

/** The next of 1, 2, 5, 10, 20, ... */
function scaleTop(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(ms));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= ms) ?? 10 * power;
}
