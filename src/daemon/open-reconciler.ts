import type { Config } from "../config/config.ts";
import type { Change } from "../core/event.ts";
import type { Repair } from "../core/mended.ts";
import { shortList } from "../core/short-list.ts";
import type { Journal } from "./journal.ts";
import { holdAndSave } from "./lease.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import { Ledger } from "./ledger.ts";
import type { Parts } from "./parts.ts";
import { Reconciler } from "./reconciler.ts";
import type { ReconcilerOptions } from "./reconciler-options.ts";
import type { Settings } from "./settings.ts";

type Given = "kernel" | "speaker" | "reporter" | "desired" | "onStep";

export interface OpenOptions extends Pick<ReconcilerOptions, Given> {
  readonly parts: Pick<Parts, "clock" | "log" | "metrics" | "disk" | "sockets" | "plan">;
  readonly journal: Pick<Journal, "tell">;
  readonly settings: () => Settings;
  /** undefined: without a lease. */
  readonly keeper: LeaseKeeper | undefined;
}

const MAX_NAMED = 5;
/** A kernel that cannot be read is waited for this long (milliseconds), and for three intervals. */
const MIN_SIGHT_MS = 30_000;

/** The reconciler of a running controller, with what an earlier life owned. */
export async function openReconciler({ parts, journal, settings, keeper, ...given }: OpenOptions): Promise<Reconciler> {
  const { clock, log, metrics, disk, sockets, plan } = parts;
  const ledger = new Ledger(settings().stateDirectory, disk);
  const { owned, warning, lost } = await ledger.load();
  if (warning !== undefined) log.warn(warning);
  const reconciler = new Reconciler({
    ...given,
    clock,
    plan,
    sockets,
    ledger: { save: (mine) => holdAndSave(mine, settings().config, keeper, ledger) },
    owned,
    hold: () => settings().config.withdrawHold,
    realServerDrain: () => settings().config.realServerDrain,
    grace: () => grace(settings().config),
    onResult: ({ op, ok }) => metrics.op(op, ok),
    onRepair: (repair) => {
      metrics.repair(repair.kind);
      journal.tell(entry(repair));
    },
    onReinjection: () => metrics.reinjection(),
  });
  if (keeper !== undefined && lost)
    keeper.onRecalled = (prefixes) => {
      log.warn(
        `the guard remembers what no ledger does: ours are ${shortList(prefixes, MAX_NAMED)} too; what the config has not is withdrawn`,
      );
      void reconciler.recall(prefixes);
    };
  return reconciler;
}

function entry({ kind, found }: Repair): Change {
  return { kind: "repair", services: [], what: kind, from: "broken", to: "repaired", reason: found };
}

function grace({ repairGrace, reconcileInterval }: Config): { readonly repair: number; readonly sight: number } {
  return { repair: repairGrace, sight: Math.max(MIN_SIGHT_MS, 3 * reconcileInterval) };
}
