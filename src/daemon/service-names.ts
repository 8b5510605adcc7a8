import { suggest } from "../config/suggest.ts";
import { Refused } from "../core/errors.ts";

/** Which services a word is about; "all": each that it can be said of. */
export type Which = readonly string[] | "all";

/** Those of `known` that are meant, each once; throws Refused for a name that is none of them, with the one that may have been meant. */
export function servicesNamed(which: Which, known: readonly string[]): readonly string[] {
  if (which === "all") return known;
  for (const name of which) {
    if (known.includes(name)) continue;
    const near = suggest(name, known);
    const hint = near === undefined ? `the services are ${known.join(", ") || "none"}` : `did you mean ${near}?`;
    throw new Refused(`there is no service ${JSON.stringify(name)}: ${hint}`);
  }
  return [...new Set(which)];
}
