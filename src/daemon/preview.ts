import type { PlanDocument } from "../admin/api.ts";
import type { ServiceHealth } from "../core/desired.ts";
import { derive } from "../core/desired.ts";
import { messageOf, SpeakerUnreachable } from "../core/errors.ts";
import { combine, fold, UNPROBED } from "../core/health.ts";
import { outlook } from "../core/outlook.ts";
import type { Clock, ProbeResult } from "../core/ports.ts";
import type { KernelState, Observed } from "../core/state.ts";
import { Monitor } from "../health/monitor.ts";
import type { CheckConfig } from "../health/registry.ts";
import { checkName, createCheck } from "../health/registry.ts";
import { openKernel, withSpeaker } from "./adapters.ts";
import { Ledger } from "./ledger.ts";
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
    probeOnce(settings, clock),
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

async function probeOnce(settings: Settings, clock: Clock): Promise<Map<string, ServiceHealth>> {
  const services = settings.config.services.map(async ({ service, checks }) => {
    const results = await Promise.all(
      checks.map(async (check) => [checkName(check), await once(check, clock)] as const),
    );
    const verdict = combine(results.map(([, result]) => fold(UNPROBED, result, { rise: 1, fall: 1 }, clock.now())));
    const failed = results.find(([, result]) => !result.ok);
    const reason = failed === undefined || failed[1].ok ? "one probe passed" : `${failed[0]}: ${failed[1].reason}`;
    return [service.name, { verdict, reason }] as const;
  });
  return new Map(await Promise.all(services));
}

/** The first result of a monitor, so that the timeout is as hard here as it is in the running controller. */
function once(config: CheckConfig, clock: Clock): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const { interval, timeout } = config;
    const monitor = new Monitor({
      name: checkName(config),
      check: createCheck(config),
      interval,
      timeout,
      thresholds: { rise: 1, fall: 1 },
      clock,
      random: () => 0,
      onResult: (_health, result) => {
        void monitor.stop();
        resolve(result);
      },
    });
    monitor.start();
  });
}
