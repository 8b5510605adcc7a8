import type { PlanDocument } from "../admin/api.ts";
import { derive } from "../core/desired.ts";
import { messageOf, SpeakerUnreachable } from "../core/errors.ts";
import { outlook } from "../core/outlook.ts";
import type { Clock } from "../core/ports.ts";
import type { KernelState, Observed } from "../core/state.ts";
import { openKernel } from "./adapters.ts";
import { probeOnce } from "./first-probe.ts";
import { Ledger } from "./ledger.ts";
import { withSpeaker } from "./open-speaker.ts";
import { OverrideStore } from "./overrides.ts";
import type { Settings } from "./settings.ts";
import { intentOf } from "./settings.ts";

const NO_KERNEL: KernelState = { links: new Map(), virtualServices: undefined };

/** What a start now would do, found without changing anything: looks at kernel and gobgpd, runs each check once (one probe is the verdict), and plans. */
export async function preview(settings: Settings, warnings: readonly string[], clock: Clock): Promise<PlanDocument> {
  const intent = intentOf(settings);
  const blind: string[] = [];
  const [kernel, speaker, health, { owned, warning }, said] = await Promise.all([
    intent.network ? readKernel(intent.ipvs, blind) : NO_KERNEL,
    readSpeaker(settings, clock, blind),
    probeOnce(settings.config.services, clock),
    new Ledger(settings.stateDirectory).load(),
    new OverrideStore(settings.stateDirectory, clock).load(),
  ]);
  for (const one of [warning, said.warning]) if (one !== undefined) blind.push(one);
  const desired = derive(intent, health, "serving", true, said.overrides);
  const found = outlook(desired, { kernel, speaker }, owned);
  return { config: settings.file, restart: [], resets: [], warnings, ...found, blind };
}

async function readKernel(ipvs: boolean, blind: string[]): Promise<KernelState | undefined> {
  try {
    return await openKernel(ipvs).observe(new AbortController().signal);
  } catch (error) {
    blind.push(messageOf(error));
    return undefined;
  }
}

function readSpeaker(settings: Settings, clock: Clock, blind: string[]): Promise<Observed["speaker"]> {
  return withSpeaker(settings, clock, async (speaker) => {
    try {
      return await speaker.observe(new AbortController().signal);
    } catch (error) {
      blind.push(messageOf(error));
      return error instanceof SpeakerUnreachable && error.absent ? "absent" : undefined;
    }
  });
}
