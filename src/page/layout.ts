import type { StatusDocument } from "../admin/api.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";
import type { Tone } from "./listing.ts";

export interface Frame {
  readonly title: string;
  readonly host: string;
  /** When what it shows was so. */
  readonly time: string;
  readonly version: string;
  /** What `History.changes` was; undefined: a page that does not follow. */
  readonly changes: number | undefined;
  readonly body: Html;
}

const SHEETS = ["frame", "parts", "last-hour"];

const GLYPHS: Readonly<Record<Tone, string>> = { good: "✓", warn: "!", bad: "✗", held: "‖" };

/** A state that colour alone does not carry. */
export function badge(tone: Tone, word: string): Html {
  return html`<span class="badge ${tone}"><span aria-hidden="true">${GLYPHS[tone]}</span> ${word}</span>`;
}

/** `<time>` that the script turns into an age. */
export function moment(text: string): Html {
  return html`<time datetime="${text}" class="when">${text.replace("T", " ")}</time>`;
}

/** A whole document. */
export function document({ title, host, time, version, changes, body }: Frame): string {
  const live = changes !== undefined;
  const { text } = html`<html lang="en">
<head>
<meta charset="utf-8">
<title>${title} · ${host} · bgp-lb</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="assets/uPlot.min.css">
${SHEETS.map((sheet) => html`<link rel="stylesheet" href="assets/${sheet}.css">`)}
${
  live &&
  html`<script src="assets/uPlot.iife.min.js" defer></script>
<script src="assets/idiomorph.min.js" defer></script>
<script src="assets/page.js" defer></script>`
}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<a class="brand" href="./">bgp-lb</a>
<span class="host">${host}</span>
<span class="asof" id="asof"><span class="lamp" aria-hidden="true"></span><span id="live" role="status"></span> <span class="as">as of <time id="now" datetime="${time}">${time.slice(11)}</time></span></span>
</header>
<main id="main" tabindex="-1"${live && html` data-changes="${changes}"`}>
${body}
</main>
<footer class="foot">bgp-lb ${version}${live && html`<noscript> · without JavaScript this page does not follow: reload it to see more</noscript>`}</footer>
</body>
</html>`;
  return `<!doctype html>\n${text}\n`;
}

/** What stands in the way, of the whole host; nothing where nothing does. */
export function troubles({
  conflicts,
  failing,
  troubles: parts,
  reload,
  speakerUp,
  ready,
  line,
  lease,
}: StatusDocument): readonly string[] {
  return [
    ...(speakerUp ? [] : ["gobgpd cannot be read: what the peers have is not known"]),
    ...(ready ? [] : [line]),
    ...(lease.state === "unguarded"
      ? [`no guard holds the lease: nobody withdraws should this controller die (${lease.reason ?? "none answers"})`]
      : []),
    ...(reload.error === undefined ? [] : [`the config on disk cannot be used, the one before stays: ${reload.error}`]),
    ...Object.entries(failing).map(([op, error]) => `cannot ${op}: ${error}`),
    ...Object.entries(parts).map(([part, error]) => `${part}: ${error}`),
    ...conflicts,
  ];
}
