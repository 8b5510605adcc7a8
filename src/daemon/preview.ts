import { claim } from "../core/claim.ts";
import { conflicts } from "../core/conflict.ts";
import type { ServiceHealth } from "../core/desired.ts";
import { derive } from "../core/desired.ts";
import { messageOf, SpeakerUnreachable } from "../core/errors.ts";
import { forecast } from "../core/forecast.ts";
import { combine, fold, UNPROBED } from "../core/health.ts";
import type { Op } from "../core/op.ts";
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

/** What a start now would do, found without changing anything. */
export interface Preview {
  readonly ops: readonly Op[];
  /** Why a VIP is not announced, by prefix. */
  readonly held: ReadonlyMap<string, string>;
  readonly conflicts: readonly string[];
  /** What could not be looked at, so that the ops for it are missing. */
  readonly blind: readonly string[];
}

const NO_KERNEL: KernelState = { links: new Map(), virtualServices: undefined };

/** Looks at kernel and gobgpd, runs each check once (one probe is the verdict), and plans. */
export async function preview(settings: Settings, clock: Clock): Promise<Preview> {
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
  const observed: Observed = { kernel, speaker };
  const desired = derive(intent, health, "serving", true, said.overrides);
  const held = [...desired.announcements.values()].filter((one) => one.want !== "announce");
  return {
    ops: forecast(desired, observed, owned),
    held: new Map(held.map((one) => [one.path.prefix, one.reason])),
    conflicts: conflicts(desired, observed, claim(desired, observed, owned)),
    blind,
  };
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
