import type { PlanDocument, Request } from "../admin/api.ts";
import { derive } from "../core/desired.ts";
import { Refused } from "../core/errors.ts";
import { outlook } from "../core/outlook.ts";
import type { Overrides } from "../core/override.ts";
import type { Reconciler } from "./reconciler.ts";
import type { Reread } from "./reload.ts";
import { costs } from "./reload.ts";
import type { Settings } from "./settings.ts";
import { intentOf } from "./settings.ts";
import type { Watch } from "./watch.ts";
import { watched } from "./watched.ts";

export interface ForesightOptions {
  readonly read: Reread;
  /** Those in force. */
  readonly settings: () => Settings;
  /** Without either this controller is still starting. */
  readonly running: () => { readonly watch: Watch | undefined; readonly reconciler: Reconciler | undefined };
  readonly overrides: () => Overrides;
}

/** What a reload of this config would do, by what is seen and known at this moment; changes nothing. Throws UsageError with everything that is wrong with it. */
export async function foresee(given: Request<"plan">, options: ForesightOptions): Promise<PlanDocument> {
  const before = options.settings();
  const { watch, reconciler } = options.running();
  if (watch === undefined || reconciler === undefined)
    throw new Refused("this controller is still starting; ask again");
  const { settings, warnings } = await options.read(given);
  const blind: string[] = [];
  const [{ observed, owned }, standing] = await Promise.all([reconciler.survey(), reconciler.prover.established()]);
  if (observed.kernel === undefined) blind.push("the kernel cannot be read; the log says why");
  if (observed.speaker === undefined) blind.push("gobgpd cannot be read; the log says why");
  const health = watch.foresee(settings.config.services.map(watched));
  const desired = derive(intentOf(settings), health, "serving", true, options.overrides());
  return {
    config: settings.file,
    controller: { pid: process.pid, config: before.file },
    ...costs(before, settings, standing),
    warnings,
    ...outlook(desired, observed, owned),
    blind,
  };
}
