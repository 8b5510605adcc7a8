import type { Config } from "../config/config.ts";
import { openKernel, openSockets } from "./adapters.ts";
import { Ledger } from "./ledger.ts";
import type { Logger } from "./log.ts";
import type { ReconcilerOptions } from "./reconciler.ts";
import { Reconciler } from "./reconciler.ts";
import type { Settings } from "./settings.ts";
import { intentOf } from "./settings.ts";

/** A kernel that cannot be read is waited for this long (milliseconds), and for three intervals. */
const MIN_SIGHT_MS = 30_000;

/** The reconciler of this host: its kernel, its sockets, and what an earlier life left in the state directory. */
export async function openReconciler(
  settings: Settings,
  log: Logger,
  {
    config,
    ...options
  }: Omit<ReconcilerOptions, "kernel" | "sockets" | "ledger" | "owned" | "hold" | "grace"> & {
    /** The config as it is now. */
    readonly config: () => Config;
  },
): Promise<Reconciler> {
  const ledger = new Ledger(settings.stateDirectory);
  const { owned, warning } = await ledger.load();
  if (warning !== undefined) log.warn(warning);
  const { network, ipvs } = intentOf(settings);
  return new Reconciler({
    ...options,
    kernel: network ? openKernel(ipvs) : undefined,
    sockets: openSockets(),
    ledger,
    owned,
    hold: () => config().withdrawHold,
    grace: () => ({ repair: config().repairGrace, sight: Math.max(MIN_SIGHT_MS, 3 * config().reconcileInterval) }),
  });
}
