import type { BlastRadius } from "./blast.ts";
import { blastRadius } from "./blast.ts";
import { claim } from "./claim.ts";
import { conflicts } from "./conflict.ts";
import type { Desired } from "./desired.ts";
import { forecast } from "./forecast.ts";
import { describe } from "./op.ts";
import type { Ownership } from "./ownership.ts";
import { realServerKey } from "./service.ts";
import type { Observed } from "./state.ts";

/** What would be done, and what of it somebody notices. */
export interface Outlook extends BlastRadius {
  /** Each step in words, in its order. */
  readonly steps: readonly string[];
  /** What is not announced, and why. */
  readonly held: readonly { readonly prefix: string; readonly reason: string }[];
  /** Real servers that are put into IPVS only when their checks have passed: `10.77.0.2:8080 of tcp 10.88.2.1:80`. */
  readonly awaiting: readonly string[];
  readonly conflicts: readonly string[];
}

/** What becomes of a service's VIPs. */
export type WordImpact = Pick<Outlook, "vips" | "held">;

/** What would be done to come from what is seen to what should be, if every step went well. */
export function outlook(desired: Desired, observed: Observed, owned: Ownership): Outlook {
  const ops = forecast(desired, observed, owned);
  const held = [...desired.announcements.values()].filter((one) => one.want !== "announce");
  return {
    steps: ops.map(describe),
    awaiting: absent(desired, observed),
    held: held.map((one) => ({ prefix: one.path.prefix, reason: one.reason })),
    conflicts: conflicts(desired, observed, claim(desired, observed, owned)),
    ...blastRadius(ops, desired, observed),
  };
}

function absent({ awaiting }: Desired, { kernel }: Observed): readonly string[] {
  return [...awaiting].flatMap(([key, servers]) => {
    const there = new Set(kernel?.virtualServices?.get(key)?.realServers.map(realServerKey));
    return servers
      .map(realServerKey)
      .filter((name) => !there.has(name))
      .map((name) => `${name} of ${key}`);
  });
}
