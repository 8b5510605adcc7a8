import type { Random } from "../../lab/random.ts";
import type { Address, Prefix } from "../../src/core/address.ts";
import type { KernelState } from "../../src/core/state.ts";
import type { Lock } from "../../src/daemon/lock.ts";
import type { Logger } from "../../src/daemon/log.ts";
import type { Parts } from "../../src/daemon/parts.ts";
import type { Settings } from "../../src/daemon/settings.ts";
import type { Backend } from "./backend.ts";
import type { GuardSocket } from "./guard-socket.ts";
import type { Tools, Watcher } from "./kernel-port.ts";
import type { ModelDisk } from "./model-disk.ts";
import type { ModelGobgpd } from "./model-gobgpd.ts";
import type { ModelKernel } from "./model-kernel.ts";
import type { ModelRouter } from "./model-router.ts";
import type { Process } from "./process.ts";
import type { BackendName, Site } from "./site.ts";
import type { SpeakerWatcher } from "./speaker-port.ts";
import type { Time } from "./time.ts";

/** Parts of the daemon that a test has broken on purpose. */
export type Bug = (parts: Parts) => Partial<Parts>;

/** A controller, as the rest of the world sees it. */
export interface Resident {
  readonly process: Process;
  /** The config in force. */
  readonly settings: Settings;
  /** What it last saw of the kernel. */
  readonly kernel: { readonly seen: KernelState | undefined };
  /** undefined: it is still there, or was killed. */
  readonly outcome: "clean" | "unclean" | { readonly error: string } | undefined;
}

/** A host and all that is around it, as those see it who live on it and who watch it. */
export interface Host {
  readonly time: Time;
  readonly random: Random;
  readonly site: Site;
  readonly bug: Bug | undefined;
  readonly log: (process: Process) => Logger;
  readonly kernel: ModelKernel;
  readonly tools: Tools;
  readonly disk: ModelDisk;
  readonly socket: GuardSocket;
  readonly monitorKillers: Set<() => void>;
  readonly routers: ReadonlyMap<Address, ModelRouter>;
  readonly gobgpd: ModelGobgpd;
  readonly laws: Watcher & SpeakerWatcher & { lacks(prefix: Prefix, kernel: KernelState): readonly string[] };
  /** The controller that is supervised. */
  readonly life: Resident | undefined;
  readonly guard: { readonly process: Process } | undefined;
  /** The ledger was lost: what is not as the config says counts as somebody else's from then on. */
  readonly ledgerLost: boolean;
  backend(name: BackendName): Backend;
  takeLock(process: Process): Promise<Lock>;
  /** A life came to its end by itself. */
  ended(life: Resident): void;
}
