import { claim } from "../core/claim.ts";
import type { Desired } from "../core/desired.ts";
import { derive } from "../core/desired.ts";
import { messageOf, SpeakerUnreachable } from "../core/errors.ts";
import type { Op } from "../core/op.ts";
import type { Clock } from "../core/ports.ts";
import { openKernel, openSpeaker } from "./adapters.ts";
import { Ledger } from "./ledger.ts";
import { takeLock } from "./lock.ts";
import type { Logger } from "./log.ts";
import { Reconciler } from "./reconciler.ts";
import { Reporter } from "./reporter.ts";
import type { Settings } from "./settings.ts";
import { intentOf } from "./settings.ts";

const GOBGPD_MS = 3_000;

export interface Cleaned {
  readonly done: readonly Op[];
  /** What could not be removed, and why. */
  readonly left: readonly string[];
}

/** Withdraws, holds, and removes exactly what is ours: paths, the peers of a managed gobgpd, virtual services, addresses, links. Throws where a controller runs. */
export async function cleanup(settings: Settings, clock: Clock, log: Logger): Promise<Cleaned> {
  const lock = await takeLock(settings.file);
  const ledger = new Ledger(settings.stateDirectory);
  const { owned, warning } = await ledger.load();
  if (warning !== undefined) log.warn(warning);
  const settled = new AbortController();
  const speaker = await openSpeaker(settings, clock, (event) => {
    if (event.kind === "up" || event.kind === "down") settled.abort();
  });
  const intent = { ...intentOf(settings), network: true, ipvs: settings.ipvs || owned.virtualServices.size > 0 };
  const serving = derive(intent, new Map(), "serving", false);
  const desired: Desired = { ...derive(intent, new Map(), "gone", false), peers: [] };
  const done: Op[] = [];
  const kernel = openKernel(intent.ipvs);
  const reconciler = new Reconciler({
    kernel,
    speaker,
    clock,
    ledger,
    reporter: new Reporter(log),
    desired: () => desired,
    // Without a ledger, what stands exactly as the config says is what an earlier bgp-lb, or the original, left.
    owned: claim(serving, { kernel: await kernel.observe(new AbortController().signal), speaker: undefined }, owned),
    hold: settings.config.withdrawHold,
    // Whoever asks for this has stopped what ran here; a gobgpd that is not there announces nothing.
    trustAbsence: true,
    onResult: ({ op, ok }) => {
      if (ok) done.push(op);
    },
  });
  speaker.start();
  try {
    await clock.sleep(GOBGPD_MS, settled.signal);
    let status = await reconciler.pass();
    const hold = reconciler.tearDownAt - clock.now();
    if (hold > 0) {
      await clock.sleep(hold);
      status = await reconciler.pass();
    }
    const left = status.left.map((op) => `${op}${reason(status.failing.get(op))}`);
    return { done, left: status.settled ? left : left.concat(await whyUnknown(speaker)) };
  } finally {
    await speaker.stop();
    await lock.release();
  }
}

function reason(error: string | undefined): string {
  return error === undefined ? "" : `: ${error}`;
}

async function whyUnknown(speaker: { observe(signal: AbortSignal): Promise<unknown> }): Promise<string[]> {
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
