import { ageWords } from "../core/age.ts";

/** ok: it speaks for the announcement. broken: it stands against it. waiting: it will come to ok by itself, as far as anybody can know. idle: nothing is asked of it, for an earlier link is broken. */
export type LinkState = "ok" | "broken" | "waiting" | "idle";

/** One link of the chain from the probes to the peers. */
export interface ChainLink {
  readonly link: "check" | "health" | "policy" | "wanted" | "dataplane" | "gobgpd" | "peer";
  readonly state: LinkState;
  /** What was found, in one line, with since when. */
  readonly says: string;
  /** What to do where it is not ok. */
  readonly remedy?: string;
}

/** Since when, for people and for other logs; empty where nobody knows. */
export function sinceWords({ since, ageSeconds }: { readonly since?: string; readonly ageSeconds?: number }): string {
  return since === undefined || ageSeconds === undefined ? "" : ` for ${ageWords(ageSeconds)}, since ${since}`;
}
