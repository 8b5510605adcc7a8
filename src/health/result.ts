import type { ProbeResult } from "../core/ports.ts";

/** Longest reason in characters: one line of a log, a label of a status page. */
const LONGEST = 200;

/** The result of a probe that found the service well. */
export const PASSING: ProbeResult = { ok: true };

/** A failing result; the reason is made one line of at most 200 characters, because parts of it come from the service that is probed. */
export function failing(reason: string): ProbeResult {
  return { ok: false, reason: oneLine(reason) };
}

/** `text` as one printable line of at most 200 characters: a service must not write into an operator's terminal or add lines to a log. */
export function oneLine(text: string): string {
  const line = text
    // Cut first, with room for what is removed: the text of a service can be long.
    .slice(0, 4 * LONGEST)
    // A terminal's colour codes would leave their tails behind as text.
    .replaceAll(/\p{Cc}\[[\d;]*m/gu, "")
    // Cc control, Cf format (text direction), Zl and Zp line ends, Cs halves of a pair.
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu, " ")
    .trim();
  const characters = [...line];
  return characters.length <= LONGEST ? line : `${characters.slice(0, LONGEST - 1).join("")}…`;
}
