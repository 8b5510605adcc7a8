import type { StatusDocument } from "../admin/api.ts";
import { hasPath } from "../core/status.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";
import { badge, moment, troubles } from "./layout.ts";
import type { Listing, Tone } from "./listing.ts";
import { PAGE_SIZE, select } from "./listing.ts";
import type { PageSource } from "./source.ts";
import type { Show, View } from "./view.ts";
import { SHOWS, viewQuery } from "./view.ts";
import { vipTable } from "./vip-table.ts";

const SHOWN: Readonly<Record<Show, string>> = {
  all: "All",
  trouble: "Trouble",
  announced: "Announced",
  silent: "Not announced",
  held: "Drained or forced",
};

const LEASES = { guarded: "good", unguarded: "bad", unknown: "warn", off: "warn" } as const;

/** The answer at a glance, for the title as well. */
export function headline(
  { counts, rows }: Listing,
  { ready }: Pick<StatusDocument, "ready">,
): { readonly tone: Tone; readonly text: string } {
  const doubtful = rows.filter(({ vip }) => vip.state === "unknown").length;
  const doubt = doubtful > 0 ? `, ${doubtful} not known` : "";
  const vips = counts.all === 1 ? "VIP" : "VIPs";
  const text = counts.all === 0 ? "No VIPs" : `${counts.announced} of ${counts.all} ${vips} announced${doubt}`;
  const tone = counts.silent > counts.held ? "bad" : counts.trouble > 0 || !ready ? "warn" : "good";
  return { tone, text };
}

/** Which VIPs this host announces, to whom, and why not. */
export function overview(found: StatusDocument, listing: Listing, view: View, source: PageSource, journal: Html): Html {
  const { tone, text } = headline(listing, found);
  const trouble = troubles(found);
  return html`<section class="now ${tone}" aria-labelledby="headline">
<h1 id="headline">${badge(tone, text)}</h1>
${facts(found)}
${trouble.length > 0 && html`<ul class="trouble" aria-label="What stands in the way">${trouble.map((line) => html`<li>${line}</li>`)}</ul>`}
</section>
${vips(listing, view, source)}
${peers(found)}
${journal}`;
}

function facts({ peers: all, speakerUp, config, reload, lease }: StatusDocument): Html {
  const established = all.filter(({ session }) => session === "established").length;
  const peersTone = established === all.length ? "good" : established === 0 ? "bad" : "warn";
  return html`<dl class="facts">
<div><dt>Peers</dt><dd class="${peersTone}">${established} of ${all.length} established</dd></div>
<div><dt>gobgpd</dt><dd class="${speakerUp ? "good" : "bad"}">${speakerUp ? "answers" : "cannot be read"}</dd></div>
<div><dt>Lease</dt><dd class="${LEASES[lease.state]}">${lease.state}${lease.termSeconds !== undefined && html` <span class="quiet">(${lease.termSeconds} s)</span>`}</dd></div>
<div><dt>Config</dt><dd class="${reload.error === undefined ? "good" : "bad"}">${reload.error === undefined ? html`in force, read ${moment(reload.at)}` : html`not taken over at ${moment(reload.at)}`}<span class="file">${config}</span></dd></div>
</dl>`;
}

function vips(listing: Listing, view: View, { history, clock }: PageSource): Html {
  const part = select(listing, view);
  const from = (part.page - 1) * PAGE_SIZE;
  const range = part.found === 0 ? "none" : `${from + 1} to ${from + part.rows.length} of ${part.found}`;
  return html`<section aria-labelledby="vips">
<h2 id="vips">VIPs</h2>
<form class="search" role="search" action="./" method="get">
<label for="q">Search VIP, service or reason</label>
<input id="q" name="q" type="search" value="${view.search}" maxlength="100" autocomplete="off" spellcheck="false">
${view.show !== "all" && html`<input type="hidden" name="show" value="${view.show}">`}
<button type="submit">Search</button>
</form>
<nav class="chips" aria-label="Filter">${SHOWS.map((show) => chip(show, view, listing))}</nav>
${part.rows.length === 0 ? html`<p class="empty">${listing.counts.all === 0 ? "The config has no VIPs, or the first pass is under way." : "No VIP matches."}</p>` : vipTable(part.rows, history, clock.now())}
<nav class="pager" aria-label="Pages of the table"><span>${range}</span>${pages(part.page, part.pages, view)}</nav>
</section>`;
}

function chip(show: Show, view: View, { counts }: Listing): Html {
  const query = viewQuery({ ...view, show, page: 1 });
  const current = view.show === show && html` aria-current="true"`;
  return html`<a href="./${query}"${current}>${SHOWN[show]} <b>${counts[show]}</b></a>`;
}

function pages(page: number, last: number, view: View): Html | false {
  if (last === 1) return false;
  const to = (target: number, word: string) =>
    target < 1 || target > last
      ? html`<span class="quiet">${word}</span>`
      : html`<a href="./${viewQuery({ ...view, page: target })}">${word}</a>`;
  return html`${to(page - 1, "Previous")}<span>page ${page} of ${last}</span>${to(page + 1, "Next")}`;
}

function peers({ peers: all, announcements }: StatusDocument): Html {
  const announced = announcements.filter((one) => one.peers.length > 0);
  const having = new Map<string, number>();
  for (const one of announced)
    for (const peer of one.peers) if (hasPath(peer)) having.set(peer.address, (having.get(peer.address) ?? 0) + 1);
  const rows = all.map(({ address, as, session, since }) => {
    const tone = session === "established" ? "good" : "bad";
    return html`<tr id="peer-${address}"><td>${badge(tone, session)}</td><th scope="row" class="mono">${address}</th><td>AS ${as}</td><td>${since === undefined ? "" : moment(since)}</td><td>${having.get(address) ?? 0} of ${announced.length}</td></tr>`;
  });
  return html`<section aria-labelledby="peers">
<h2 id="peers">Peers</h2>
${all.length === 0 ? html`<p class="empty">gobgpd has no peer.</p>` : html`<div class="wide" role="group" tabindex="0" aria-label="Peers"><table class="plain"><thead><tr><th scope="col">Session</th><th scope="col">Peer</th><th scope="col">AS</th><th scope="col">Changed</th><th scope="col">VIPs there</th></tr></thead><tbody>${rows}</tbody></table></div>`}
</section>`;
}
