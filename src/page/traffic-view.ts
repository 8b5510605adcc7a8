import type { ServerLoad } from "../core/ports.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";

/** What IPVS carries to each real server. */
export function trafficTable(all: readonly ServerLoad[] | undefined): Html {
  if (all === undefined)
    return html`<p class="empty">Connections are counted only where -ipvs-setup carries the ports.</p>`;
  if (all.length === 0) return html`<p class="empty">IPVS has no real server of this service now.</p>`;
  return html`<div class="wide" role="group" tabindex="0" aria-label="IPVS traffic"><table class="plain numbers">
<thead><tr><th scope="col">Virtual service</th><th scope="col">Real server</th><th scope="col">Weight</th><th scope="col">Active</th><th scope="col">Inactive</th><th scope="col">Connections ever</th><th scope="col">In</th><th scope="col">Out</th></tr></thead>
<tbody>${all.map(row)}</tbody></table></div>`;
}

function row(one: ServerLoad): Html {
  return html`<tr id="server-${one.virtualService}-${one.server}"><td class="mono">${one.virtualService}</td><th scope="row" class="mono">${one.server}</th><td>${one.weight}</td><td>${one.active}</td><td>${one.inactive}</td><td>${one.ever?.connections ?? "?"}</td><td>${bytes(one.ever?.bytesIn)}</td><td>${bytes(one.ever?.bytesOut)}</td></tr>`;
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

function bytes(count: number | undefined): string {
  if (count === undefined) return "?";
  let [value, unit] = [count, 0];
  while (value >= 1_000 && unit < UNITS.length - 1) [value, unit] = [value / 1_000, unit + 1];
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}
