import { conflicts } from "../core/conflict.ts";
import { derive } from "../core/desired.ts";
import { OWNS_NOTHING } from "../core/ownership.ts";
import { openKernel } from "./adapters.ts";
import { Ledger } from "./ledger.ts";
import type { Settings } from "./settings.ts";
import { intentOf } from "./settings.ts";

/**
 * Faults of a config that only this host can tell: a name that is the name of a device of somebody else. Empty where the kernel cannot
 * be read: then the passes tell. A link that the ledger names was ours; whoever changed it since, a VIP may be announced that has to be
 * watched, so it is a conflict of the running controller and no reason not to start.
 */
export async function preflight(settings: Settings): Promise<readonly string[]> {
  const intent = { ...intentOf(settings), ipvs: false };
  if (!intent.network) return [];
  const { owned } = await new Ledger(settings.stateDirectory).load();
  const kernel = await openKernel(false)
    .observe(new AbortController().signal)
    .catch(() => undefined);
  const services = intent.services.filter(({ link }) => !owned.links.has(link));
  const desired = derive({ ...intent, services }, new Map(), "serving", false);
  return conflicts(desired, { kernel, speaker: undefined }, { ...OWNS_NOTHING, links: owned.links });
}
