import { readWebConfig } from "../admin/web-config.ts";
import { conflicts } from "../core/conflict.ts";
import { derive } from "../core/desired.ts";
import { messageOf } from "../core/errors.ts";
import { OWNS_NOTHING } from "../core/ownership.ts";
import { checkName, createCheck } from "../health/registry.ts";
import { openKernel } from "./adapters.ts";
import { Ledger } from "./ledger.ts";
import type { Settings } from "./settings.ts";
import { intentOf } from "./settings.ts";

/** Faults of a config that only this host can tell; one line each. Throws UsageError where the web config file of the metrics cannot be used. */
export async function preflight(settings: Settings): Promise<readonly string[]> {
  if (settings.metrics?.webConfig !== undefined) await readWebConfig(settings.metrics.webConfig);
  return [...unusableChecks(settings), ...(await foreignLinks(settings))];
}

/** Files that a check names and that cannot be used. */
function unusableChecks({ config }: Settings): string[] {
  return config.services.flatMap(({ service, checks }) =>
    checks.flatMap((check) => {
      try {
        createCheck(check);
        return [];
      } catch (error) {
        return [`service ${service.name}: ${checkName(check)}: ${messageOf(error)}`];
      }
    }),
  );
}

/**
 * A name that is the name of a device of somebody else. None where the kernel cannot be read: then the passes tell. A link that the ledger
 * names was ours; whoever changed it since, a VIP may be announced that has to be watched, so it is a conflict of the running controller and
 * no reason not to start.
 */
async function foreignLinks(settings: Settings): Promise<readonly string[]> {
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
