import type { ToldAnnouncement } from "../admin/api.ts";
import type { History } from "../core/history.ts";
import { hasPath } from "../core/status.ts";
import { slotOf } from "../core/timeline.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";
import { badge, moment } from "./layout.ts";
import type { Row, Tone } from "./listing.ts";
import { smallStrip } from "./strip.ts";

/** Peers that are named one by one in a row. */
const NAMED = 4;

/** The table of VIPs. Its parts have roles of their own, because on a phone its rows are laid out as cards, which are no table to a browser. */
export function vipTable(rows: readonly Row[], history: History, now: number): Html {
  const slot = slotOf(now);
  return html`<table class="vips" role="table" aria-label="VIPs">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">State</th><th role="columnheader" scope="col">VIP</th><th role="columnheader" scope="col">Service</th><th role="columnheader" scope="col">Peers</th><th role="columnheader" scope="col">Why</th><th role="columnheader" scope="col" class="hour">Last hour</th></tr></thead>
<tbody role="rowgroup">
${rows.map((row) => vipRow(row, history, slot))}
</tbody>
</table>`;
}

function vipRow({ vip, tone, word }: Row, history: History, slot: number): Html {
  const slots = history.vip(vip.prefix)?.upTo(slot);
  const [first = "", ...more] = vip.services;
  return html`<tr role="row" id="vip-${vip.prefix}" class="${tone}">
<td role="cell" class="state">${badge(tone, word)}</td>
<th role="rowheader" scope="row" class="vip"><a href="service?name=${encodeURIComponent(first)}">${vip.prefix}</a></th>
<td role="cell" class="service">${first}${more.length > 0 && html` <span class="quiet">and ${more.length} more</span>`}</td>
<td role="cell" class="peers">${peerList(vip)}</td>
<td role="cell" class="why">${vip.reason}</td>
<td role="cell" class="hour">${slots && smallStrip(slots)}</td>
</tr>`;
}

/** Who has the VIP, and who has not. */
function peerList({ peers }: ToldAnnouncement): Html {
  if (peers.length === 0) return html`<span class="quiet">none</span>`;
  const sorted = [...peers].sort((a, b) => Number(hasPath(a)) - Number(hasPath(b)));
  const more = sorted.length - NAMED;
  const having = peers.filter(hasPath).length;
  return html`<span class="count">${having} of ${peers.length}</span> ${sorted.slice(0, NAMED).map(peerPill)}${more > 0 && html`<span class="quiet">and ${more} more</span>`}`;
}

type Peer = ToldAnnouncement["peers"][number];

function peerTone(peer: Peer): Exclude<Tone, "held"> {
  if (peer.state === "proven") return "good";
  return hasPath(peer) || peer.state === "unacknowledged" || peer.state === "held" ? "warn" : "bad";
}

function peerPill(peer: Peer): Html {
  const tone = peerTone(peer);
  const sign = { good: "✓", warn: "…", bad: "✗" }[tone];
  return html`<span class="pill ${tone}"><span aria-hidden="true">${sign}</span> ${peer.address}<span class="sr"> ${peer.state}</span></span> `;
}

/** Each peer with what it has of the VIP, and why not. */
export function peerTable({ prefix, peers }: ToldAnnouncement): Html {
  if (peers.length === 0) return html`<p class="empty">No peer is sent this VIP.</p>`;
  const rows = peers.map(
    (peer) =>
      html`<tr><td>${badge(peerTone(peer), peer.state)}</td><th scope="row" class="mono">${peer.address}</th><td>${peer.since === undefined ? "" : moment(peer.since)}</td><td>${peer.reason}</td></tr>`,
  );
  return html`<div class="wide" role="group" tabindex="0" aria-label="Peers of ${prefix}"><table class="plain"><thead><tr><th scope="col">State</th><th scope="col">Peer</th><th scope="col">Changed</th><th scope="col">Why not proven</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
