import type { ServiceStatus, StatusDocument, ToldAnnouncement, ToldCheck } from "../admin/api.ts";
import type { History } from "../core/history.ts";
import type { ServerLoad } from "../core/ports.ts";
import { slotOf } from "../core/timeline.ts";
import { actLinks } from "./confirm.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";
import { badge, moment } from "./layout.ts";
import type { Listing, Row, Tone } from "./listing.ts";
import { plot } from "./plot.ts";
import { LANES, strip } from "./strip.ts";
import { trafficTable } from "./traffic-view.ts";
import { peerTable } from "./vip-table.ts";

export interface ServiceView {
  readonly listing: Listing;
  readonly history: History;
  readonly traffic: readonly ServerLoad[] | undefined;
  /** Monotonic milliseconds. */
  readonly now: number;
  readonly buttons: boolean;
  readonly journal: Html;
}

const VERDICTS: Readonly<Record<ServiceStatus["verdict"], Tone>> = { up: "good", unknown: "warn", down: "bad" };

/** One service: its VIPs at each peer, their last hour, its checks, its real servers and what happened to it. */
export function servicePage(service: ServiceStatus, view: ServiceView): Html {
  const { listing, history, now, buttons, traffic, journal } = view;
  const { name, verdict, reason, since, override, checks } = service;
  const rows = listing.rows.filter(({ vip }) => vip.services.includes(name));
  return html`<section class="now ${VERDICTS[verdict]}" aria-labelledby="headline">
<p class="crumb"><a href="./">All VIPs</a></p>
<h1 id="headline">${badge(VERDICTS[verdict], verdict)} ${name}</h1>
<p>${reason}${since && html`, changed ${moment(since)}`}</p>
${override && html`<p class="override">${badge("held", override.word)} ${override.words}</p>`}
${buttons && actLinks(name, override !== undefined)}
</section>
<section aria-labelledby="vips"><h2 id="vips">VIPs</h2>${rows.map((row) => vipCard(row, history, now))}</section>
<section aria-labelledby="checks"><h2 id="checks">Checks</h2>${checkTable(checks)}
<div class="plots">${checks.map((check) => plot(check.name, history.checks(name).get(check.name)?.upTo(slotOf(now)) ?? []))}</div></section>
<section aria-labelledby="traffic"><h2 id="traffic">Real servers</h2>${trafficTable(traffic)}</section>
${journal}`;
}

function vipCard({ vip, tone, word }: Row, history: History, now: number): Html {
  const slots = history.vip(vip.prefix)?.upTo(slotOf(now));
  return html`<article class="vipcard ${tone}" id="vip-${vip.prefix}">
<h3>${badge(tone, word)} <span class="mono">${vip.prefix}</span></h3>
<p>${vip.reason} <span class="quiet">${stateSince(vip)}next hop ${vip.nextHop}</span></p>
${slots && html`<dl class="lanes">${Object.values(LANES).map((lane) => html`<div><dt>${lane.name}</dt><dd>${strip(slots, lane)}</dd></div>`)}<div class="axis" aria-hidden="true"><dt></dt><dd><span>1 h ago</span><span>30 min</span><span>now</span></dd></div></dl>`}
${peerTable(vip)}
</article>`;
}

function stateSince({ since }: ToldAnnouncement): Html | string {
  return since === undefined ? "" : html`changed ${moment(since)}, `;
}

function checkTable(checks: readonly ToldCheck[]): Html {
  if (checks.length === 0) return html`<p class="empty">No check has run yet.</p>`;
  const rows = checks.map(
    ({ name, verdict, stale, reason, lastSeconds, streak }) =>
      html`<tr id="check-${name}"><td>${badge(stale ? "warn" : VERDICTS[verdict], stale ? `${verdict}, stale` : verdict)}</td><th scope="row">${name}</th><td>${lastSeconds === undefined ? "none yet" : `${lastSeconds} s ago`}</td><td>${streak}</td><td>${reason || "passes"}</td></tr>`,
  );
  return html`<div class="wide" role="group" tabindex="0" aria-label="Checks"><table class="plain"><thead><tr><th scope="col">Verdict</th><th scope="col">Check</th><th scope="col">Last result</th><th scope="col">Alike in a row</th><th scope="col">Why</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** The service of this name; undefined where there is none. */
export function findService({ services }: StatusDocument, name: string): ServiceStatus | undefined {
  return services.find((one) => one.name === name);
}
