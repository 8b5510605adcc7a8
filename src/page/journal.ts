import type { Event } from "../core/event.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";
import { badge, moment } from "./layout.ts";
import type { Tone } from "./listing.ts";

/** Entries that a page shows. */
export const SHOWN_EVENTS = 25;

/** Words that something came to, as far as they are no good news. */
const TONES: Readonly<Record<string, Tone>> = {
  down: "bad",
  withdrawn: "bad",
  lingering: "bad",
  lost: "bad",
  refused: "bad",
  failing: "bad",
  broken: "bad",
  incomplete: "bad",
  unknown: "warn",
  altered: "warn",
  pending: "warn",
  accepted: "warn",
  waiting: "warn",
  unguarded: "warn",
  unread: "warn",
  leaving: "warn",
  draining: "held",
  drained: "held",
  "forced up": "held",
  "forced down": "held",
};

/** The last transitions, the newest first. */
export function journal(events: readonly Event[]): Html {
  return html`<section aria-labelledby="journal">
<h2 id="journal">What happened</h2>
${events.length === 0 ? html`<p class="empty">Nothing has changed yet.</p>` : table(events)}
</section>`;
}

function table(events: readonly Event[]): Html {
  return html`<div class="wide" role="group" tabindex="0" aria-label="Events"><table class="plain journal"><thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Came to</th><th scope="col">From</th><th scope="col">Because</th></tr></thead><tbody>${events.toReversed().map(row)}</tbody></table></div>`;
}

function row(event: Event): Html {
  const { id, at, from, to, reason, more } = event;
  return html`<tr id="event-${id}"><td>${moment(at)}</td><th scope="row">${subject(event)}${more !== undefined && html` <span class="quiet">and ${more} more alike</span>`}</th><td>${badge(TONES[to] ?? "good", to)}</td><td>${from}${stood(event)}</td><td>${reason}${took(event)}</td></tr>`;
}

function subject({ kind, services, prefix, peer, what }: Event): string {
  return [kind, prefix ?? peer, what, services.join(", ")]
    .filter((word) => word !== undefined && word !== "")
    .join(" ");
}

function stood({ stood: ms }: Event): Html | false {
  return ms !== undefined && html` <span class="quiet">for ${span(ms)}</span>`;
}

function took({ took: ms }: Event): Html | false {
  return ms !== undefined && html` <span class="quiet">(${span(ms)} after its cause)</span>`;
}

/** `340 ms`, `12 s`, `3 min`, `5 h`. */
function span(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return ms < 3_600_000 ? `${Math.floor(ms / 60_000)} min` : `${Math.floor(ms / 3_600_000)} h`;
}
