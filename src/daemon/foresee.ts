import type { PlanDocument, Request } from "../admin/api.ts";
import type { Counts } from "../core/blast.ts";
import { derive } from "../core/desired.ts";
import { messageOf, Refused } from "../core/errors.ts";
import { outlook } from "../core/outlook.ts";
import type { Overrides } from "../core/override.ts";
import type { Kernel } from "../core/ports.ts";
import type { Reconciler } from "./reconciler.ts";
import type { Reread } from "./reload.ts";
import { costs } from "./reload.ts";
import type { Settings } from "./settings.ts";
import { intentOf } from "./settings.ts";
import type { Watch } from "./watch.ts";
import { watched } from "./watch.ts";

export interface ForesightOptions {
  readonly read: Reread;
  /** Those in force. */
  readonly settings: () => Settings;
  /** undefined: this controller is still starting. */
  readonly watch: () => Watch | undefined;
  readonly reconciler: () => Reconciler | undefined;
  readonly kernel: Pick<Kernel, "connections"> | undefined;
  readonly overrides: () => Overrides;
}

/** What a reload of this config would do, by what is seen and known at this moment; changes nothing. Throws UsageError with everything that is wrong with it. */
export async function foresee(given: Request<"plan">, options: ForesightOptions): Promise<PlanDocument> {
  const { kernel } = options;
  const [watch, reconciler, before] = [options.watch(), options.reconciler(), options.settings()];
  if (watch === undefined || reconciler === undefined)
    throw new Refused("this controller is still starting; ask again");
  const { settings, warnings } = await options.read(given);
  const blind: string[] = [];
  const [{ observed, owned }, counts, standing] = await Promise.all([
    reconciler.survey(),
    countConnections(kernel, blind),
    reconciler.prover.established(),
  ]);
  if (observed.kernel === undefined) blind.push("the kernel cannot be read; the log says why");
  if (observed.speaker === undefined) blind.push("gobgpd cannot be read; the log says why");
  const health = watch.foresee(settings.config.services.map(watched));
  const desired = derive(intentOf(settings), health, "serving", true, options.overrides());
  return {
    config: settings.file,
    controller: { pid: process.pid, config: before.file },
    ...costs(before, settings, standing),
    warnings,
    ...outlook(desired, observed, owned, counts),
    blind,
  };
}

/** Without a kernel of ours nothing is counted; what cannot be read is noted in `blind`. */
export async function countConnections(
  kernel: Pick<Kernel, "connections"> | undefined,
  blind: string[],
): Promise<Counts> {
  if (kernel === undefined) return new Map();
  try {
    return await kernel.connections(new AbortController().signal);
  } catch (error) {
    blind.push(`open connections: ${messageOf(error)}`);
    return new Map();
  }
}
