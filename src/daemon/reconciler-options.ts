import type { Desired } from "../core/desired.ts";
import type { Repair } from "../core/mended.ts";
import type { OpResult } from "../core/op.ts";
import type { Ownership } from "../core/ownership.ts";
import type { plan } from "../core/plan.ts";
import type { Sockets } from "../core/ports.ts";
import type { GraceTimes } from "./grace.ts";
import type { ObserverOptions } from "./observer.ts";

/** Where ownership is kept between lives. */
export interface OwnershipStore {
  save(owned: Ownership): Promise<void>;
}

export interface ReconcilerOptions extends Omit<ObserverOptions, "trustAbsence" | "ours" | "held"> {
  readonly ledger: OwnershipStore;
  /** Where proofs of arrival are looked for; without it nothing is proven. */
  readonly sockets?: Sockets | undefined;
  /** What should be, right now. */
  readonly desired: () => Desired;
  /** The real one unless given. */
  readonly plan?: typeof plan;
  readonly owned: Ownership;
  /** Milliseconds between the last withdrawal and the first teardown. */
  readonly hold: () => number;
  /** Without it a VIP is withdrawn only where its repair fails or has to wait. */
  readonly grace?: () => GraceTimes;
  /** See DeparturesOptions; without it a real server waits for its last connection. */
  readonly realServerDrain?: () => number;
  readonly onRepair?: (repair: Repair) => void;
  /** See PerformerOptions. */
  readonly onReinjection?: () => void;
  /** See ObserverOptions; without it the ledger decides: nothing of ours can be in a gobgpd that nobody ever announced to. */
  readonly trustAbsence?: boolean;
  readonly onResult?: (result: OpResult) => void;
  /** Called now and then during a pass, between steps that each take seconds at most. */
  readonly onStep?: () => void;
}
