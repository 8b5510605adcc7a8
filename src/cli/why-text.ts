import type { Event } from "../core/event.ts";
import type { LinkState } from "./chain-link.ts";
import { eventLines } from "./events-text.ts";
import { table } from "./table.ts";
import type { Look, Tone } from "./terminal.ts";
import { paint, printable, wrap } from "./terminal.ts";
import type { Chain } from "./why-chain.ts";

const MARKS: Readonly<Record<LinkState, { readonly text: string; readonly tone: Tone }>> = {
  ok: { text: "ok", tone: "good" },
  broken: { text: "BROKEN", tone: "bad" },
  waiting: { text: "waits", tone: "doubt" },
  idle: { text: "-", tone: "quiet" },
};

/** The chains in lines, and below them what happened last. */
export function whyText(found: readonly Chain[], events: readonly Event[], look: Look): readonly string[] {
  const lately = events.length === 0 ? [] : ["", "Lately:", ...eventLines(events, look)];
  return [...found.flatMap((chain, at) => [...(at === 0 ? [] : [""]), ...chainLines(chain, look)]), ...lately];
}

function chainLines(chain: Chain, look: Look): readonly string[] {
  const rows = chain.links.map(({ link, state, says }) => [MARKS[state], link, says]);
  return [
    ...prose(headline(chain), chain.broken === undefined ? "good" : "bad", look),
    "",
    ...table([{ head: "" }, { head: "" }, { head: "" }], rows, look),
    ...(chain.broken?.remedy === undefined ? [] : ["", ...prose(`To do: ${chain.broken.remedy}.`, "plain", look)]),
  ];
}

function headline({ prefix, services, announced, known, lingers, proof, broken }: Chain): string {
  const who = `${prefix} (${services.join(", ")})`;
  const at = `at ${proof.at} of ${proof.of} ${proof.of === 1 ? "peer" : "peers"}`;
  if (broken === undefined) return `${who} is announced, ${at}.`;
  if (lingers) return `${who} is still announced, and should not be.`;
  const verb = broken.state === "waiting" ? "that waits" : "that is broken";
  if (!known) return `Whether ${who} is announced is not known. The first link ${verb}: ${broken.link}.`;
  return `${who} is ${announced ? `announced, ${at}` : "not announced"}. The first link ${verb}: ${broken.link}.`;
}

function prose(text: string, tone: Tone, look: Look): readonly string[] {
  const clean = printable(text);
  const lines = look.columns === undefined ? [clean] : wrap(clean, look.columns);
  return lines.map((line) => paint(line, tone, look));
}
