import type { Act } from "./act.ts";
import { ACTS } from "./act.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";

export const ACT_WORDS: Readonly<Record<Act, string>> = {
  drain: "Drain",
  undrain: "Take the word back",
  "force-up": "Force up",
  "force-down": "Force down",
};

const MINUTE = 60_000;
const TIMEOUTS = [
  [0, "at once"],
  [30_000, "after 30 seconds at the latest"],
  [MINUTE, "after 1 minute at the latest"],
  [5 * MINUTE, "after 5 minutes at the latest"],
  [30 * MINUTE, "after 30 minutes at the latest"],
] as const;
const SPANS = [
  [0, "until it is taken back"],
  [5 * MINUTE, "for 5 minutes"],
  [60 * MINUTE, "for 1 hour"],
  [480 * MINUTE, "for 8 hours"],
] as const;

/** Where a word on a service begins: links, each to a page that says what it would do. */
export function actLinks(service: string, standing: boolean): Html {
  const acts = ACTS.filter((act) => act !== "undrain" || standing);
  return html`<p class="acts">${acts.map((act) => html`<a class="button" href="act?do=${act}&amp;name=${encodeURIComponent(service)}">${ACT_WORDS[act]}…</a> `)}</p>`;
}

/** What would happen, and the button that makes it so. `token`: to be sent along; undefined: to be typed. */
export function confirmation(
  act: Act,
  service: string,
  impact: readonly string[],
  token: string | undefined,
  file: string,
): Html {
  return html`<section class="confirm ${act}" aria-labelledby="confirm">
<h1 id="confirm">${ACT_WORDS[act]}: ${service}</h1>
<h2>What this does</h2>
<ul class="blast">${impact.map((line) => html`<li>${line}</li>`)}</ul>
<form action="act" method="post" class="act">
<input type="hidden" name="do" value="${act}">
<input type="hidden" name="name" value="${service}">
${act === "drain" && choice("timeout", "Withdraw", TIMEOUTS, 5 * MINUTE)}
${act.startsWith("force") && choice("for", "How long", SPANS, 0)}
<label for="by">Who you are</label><input id="by" name="by" required maxlength="64" autocomplete="username">
${act !== "undrain" && html`<label for="reason">Why (others see it)</label><input id="reason" name="reason" maxlength="200" autocomplete="off">`}
${
  token === undefined
    ? html`<label for="token">Token (on the host: sudo cat ${file})</label><input id="token" name="token" type="password" required maxlength="100" autocomplete="current-password">`
    : html`<input type="hidden" name="token" value="${token}">`
}
<p><button type="submit" class="danger">${ACT_WORDS[act]} ${service}</button> <a href="service?name=${encodeURIComponent(service)}">Leave it as it is</a></p>
</form>
</section>`;
}

/** How it went. */
export function outcome(title: string, lines: readonly string[], service: string): Html {
  return html`<section aria-labelledby="outcome"><h1 id="outcome">${title}</h1>
<ul class="blast">${lines.map((line) => html`<li>${line}</li>`)}</ul>
<p><a href="service?name=${encodeURIComponent(service)}">Back to ${service}</a></p></section>`;
}

function choice(name: string, label: string, options: readonly (readonly [number, string])[], chosen: number): Html {
  return html`<label for="${name}">${label}</label><select id="${name}" name="${name}">${options.map(([ms, words]) => html`<option value="${ms}"${ms === chosen && html` selected`}>${words}</option>`)}</select>`;
}
