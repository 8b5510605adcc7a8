import type { Intent } from "../core/desired.ts";
import { derive } from "../core/desired.ts";
import type { WordImpact } from "../core/outlook.ts";
import { outlook } from "../core/outlook.ts";
import type { Override, Overrides } from "../core/override.ts";
import type { Clock } from "../core/ports.ts";
import type { Act } from "../page/act.ts";
import type { Reconciler } from "./reconciler.ts";
import type { Watch } from "./watch.ts";
import { beginDrain, span } from "./words.ts";

export interface WordOptions {
  readonly clock: Pick<Clock, "now">;
  readonly intent: () => Intent;
  readonly running: () => {
    readonly watch: Pick<Watch, "health"> | undefined;
    readonly reconciler: Pick<Reconciler, "seen"> | undefined;
  };
  readonly overrides: () => Overrides;
}

const NOBODY = { by: "", reason: "" };

/** What routers would hear of a service's VIPs if this were said of it, by what was last seen; undefined where that was nothing. */
export function foreseeWord(act: Act, service: string, options: WordOptions): WordImpact | undefined {
  const { watch, reconciler } = options.running();
  const seen = reconciler?.seen;
  if (watch === undefined || seen?.observed.kernel === undefined || seen.observed.speaker === undefined)
    return undefined;
  const overrides = new Map(options.overrides());
  const said = word(act, overrides.get(service), options.clock.now());
  if (said === undefined) overrides.delete(service);
  else overrides.set(service, said);
  const desired = derive(options.intent(), watch.health, "serving", true, overrides);
  const own = [...desired.announcements.values()].filter(({ services }) => services.includes(service));
  const prefixes = new Set<string>(own.map(({ path }) => path.prefix));
  const { vips, held } = outlook(desired, seen.observed, seen.owned);
  return {
    vips: vips.filter(({ prefix }) => prefixes.has(prefix)),
    held: held.filter(({ prefix }) => prefixes.has(prefix)),
  };
}

function word(act: Act, before: Override | undefined, now: number): Override | undefined {
  switch (act) {
    case "drain":
      return beginDrain(before, now, 0, NOBODY);
    case "undrain":
      return undefined;
    case "force-up":
      return { word: "up", ...span(now, undefined), ...NOBODY };
    case "force-down":
      return { word: "down", ...span(now, undefined), ...NOBODY };
  }
}
