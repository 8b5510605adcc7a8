import { claim } from "../core/claim.ts";
import type { Desired } from "../core/desired.ts";
import { derive } from "../core/desired.ts";
import { messageOf, SpeakerUnreachable } from "../core/errors.ts";
import type { Op } from "../core/op.ts";
import type { Clock, Speaker } from "../core/ports.ts";
import { openKernel } from "./adapters.ts";
import { tearDown } from "./leave.ts";
import { Ledger } from "./ledger.ts";
import { takeLock } from "./lock.ts";
import type { Logger } from "./log.ts";
import { withSpeaker } from "./open-speaker.ts";
import { Reconciler } from "./reconciler.ts";
import { Reporter } from "./reporter.ts";
import type { Settings } from "./settings.ts";
import { intentOf } from "./settings.ts";

const CLEANING = { ready: false, stalled: false, line: "bgp-lb cleanup is at work" };

export interface Cleaned {
  readonly done: readonly Op[];
  /** What could not be removed, and why. */
  readonly left: readonly string[];
}

/** Withdraws, holds, and removes exactly what is ours: paths, the peers of a managed gobgpd, virtual services, addresses, links. Throws where a controller runs. */
export async function cleanup(settings: Settings, clock: Clock, log: Logger): Promise<Cleaned> {
  const lock = await takeLock(settings.file, () => CLEANING);
  try {
    return await withSpeaker(settings, clock, (speaker) => remove(settings, clock, log, speaker));
  } finally {
    await lock.release();
  }
}

async function remove(settings: Settings, clock: Clock, log: Logger, speaker: Speaker): Promise<Cleaned> {
  const ledger = new Ledger(settings.stateDirectory);
  const { owned, warning } = await ledger.load();
  if (warning !== undefined) log.warn(warning);
  const intent = {
    ...intentOf(settings),
    network: true,
    ipvs: settings.ipvs || owned.virtualServices.size + owned.sysctls.size > 0,
  };
  const serving = derive(intent, new Map(), "serving", false);
  const desired: Desired = { ...derive(intent, new Map(), "gone", false), peers: [] };
  const kernel = openKernel(intent.ipvs);
  const done: Op[] = [];
  const reconciler = new Reconciler({
    kernel,
    speaker,
    clock,
    ledger,
    reporter: new Reporter(log),
    desired: () => desired,
    // Without a ledger, what stands exactly as the config says is what an earlier bgp-lb, or the original, left.
    owned: claim(serving, { kernel: await kernel.observe(new AbortController().signal), speaker: undefined }, owned),
    hold: () => settings.config.withdrawHold,
    // Whoever asks for this has stopped what ran here; a gobgpd that is not there announces nothing.
    trustAbsence: true,
    onResult: ({ op, ok }) => {
      if (ok) done.push(op);
    },
  });
  await reconciler.pass();
  const { settled, last: status } = await tearDown(reconciler, clock, () => reconciler.pass());
  const left = (status?.left ?? []).map((op) => `${op}${reason(status?.failing.get(op))}`);
  return { done, left: settled ? left : left.concat(await whyUnknown(speaker)) };
}

function reason(error: string | undefined): string {
  return error === undefined ? "" : `: ${error}`;
}

async function whyUnknown(speaker: Speaker): Promise<string[]> {
  try {
    await speaker.observe(new AbortController().signal);
    return [];
  } catch (error) {
    const known = error instanceof SpeakerUnreachable;
    return [
      `${messageOf(error)}${known ? "; so it is unknown what is announced, and the dataplane is left in place" : ""}`,
    ];
  }
}
