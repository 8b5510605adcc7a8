import type { Intent, ServiceHealth, Stage } from "../../src/core/desired.ts";
import { derive } from "../../src/core/desired.ts";
import type { RepairKind } from "../../src/core/mended.ts";
import type { Op } from "../../src/core/op.ts";
import { describe as words } from "../../src/core/op.ts";
import type { Override, Overrides } from "../../src/core/override.ts";
import type { Ownership } from "../../src/core/ownership.ts";
import { OWNS_NOTHING } from "../../src/core/ownership.ts";
import type { Status } from "../../src/core/status.ts";
import { Reconciler } from "../../src/daemon/reconciler.ts";
import { Reporter } from "../../src/daemon/reporter.ts";
import { VirtualClock } from "./clock.ts";
import { FakeKernel } from "./fake-kernel.ts";
import { FakeSpeaker } from "./fake-speaker.ts";
import { recordingLog } from "./log.ts";

export const HOLD = 2_000;
export const SERVER_DRAIN = 300_000;
export const GRACE = { repair: 1_000, sight: 30_000 };

/** Holds up whoever comes to it until the test opens it, so that the test can look into the gap. */
export class Gate {
  readonly #came = Promise.withResolvers<void>();
  readonly #opened = Promise.withResolvers<void>();

  /** To be put where a fake waits. */
  readonly wait = (): Promise<void> => {
    this.#came.resolve();
    return this.#opened.promise;
  };

  /** Resolves when somebody stands before it. */
  get came(): Promise<void> {
    return this.#came.promise;
  }

  open(): void {
    this.#opened.resolve();
  }
}

/** A reconciler over models of kernel and gobgpd, with every op in the order in which it took effect. */
export class Bench {
  readonly clock = new VirtualClock();
  readonly kernel = new FakeKernel();
  readonly speaker = new FakeSpeaker();
  readonly log = recordingLog();
  readonly done: string[] = [];
  readonly repairs: RepairKind[] = [];
  health: ReadonlyMap<string, ServiceHealth> = new Map();
  stage: Stage = "serving";
  overrides: Overrides = new Map();
  intent: Intent;
  saved: Ownership = OWNS_NOTHING;
  diskFull = false;
  /** Each write of the ledger waits here first. */
  saving: () => Promise<void> = () => Promise.resolve();
  reconciler: Reconciler;

  constructor(wanted: Intent) {
    this.intent = wanted;
    const note = (op: Op) => this.done.push(words(op));
    this.kernel.before = note;
    this.speaker.before = note;
    this.reconciler = this.restart();
  }

  /** A new process over what the old one left; its ledger is what was saved. */
  restart(kernel: FakeKernel | undefined = this.intent.network ? this.kernel : undefined): Reconciler {
    this.reconciler = new Reconciler({
      kernel,
      speaker: this.speaker,
      clock: this.clock,
      ledger: {
        save: async (owned) => {
          await this.saving();
          if (this.diskFull) throw new Error("ENOSPC: no space left on device");
          this.saved = owned;
        },
      },
      reporter: new Reporter(this.log.logger),
      desired: () => derive(this.intent, this.health, this.stage, true, this.overrides),
      owned: this.saved,
      hold: () => HOLD,
      realServerDrain: () => SERVER_DRAIN,
      grace: () => GRACE,
      onRepair: ({ kind }) => this.repairs.push(kind),
    });
    return this.reconciler;
  }

  /** The operator's word on a service, or that there is none any more. */
  say(name: string, override: Override | undefined): void {
    const others = [...this.overrides].filter(([other]) => other !== name);
    this.overrides = new Map(override === undefined ? others : [...others, [name, override]]);
  }

  /** What one pass does. */
  async pass(): Promise<string[]> {
    const from = this.done.length;
    await this.reconciler.pass();
    return this.done.slice(from);
  }

  async status(): Promise<Status> {
    return this.reconciler.pass();
  }
}
