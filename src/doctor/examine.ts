import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { kernelFindings } from "./kernel.ts";
import { lifeFindings } from "./life.ts";
import { networkdFindings } from "./networkd.ts";
import { portFindings } from "./ports.ts";
import { programFindings } from "./programs.ts";
import { sessionFindings } from "./sessions.ts";
import { speakerFindings } from "./speaker.ts";
import { sysctlFindings } from "./sysctls.ts";

/** Every check over what was seen, always in this order. */
export function examine(facts: Facts): readonly Finding[] {
  return [
    ...programFindings(facts),
    ...kernelFindings(facts),
    ...sysctlFindings(facts),
    ...speakerFindings(facts),
    ...sessionFindings(facts),
    ...portFindings(facts),
    ...networkdFindings(facts),
    ...lifeFindings(facts),
  ];
}
