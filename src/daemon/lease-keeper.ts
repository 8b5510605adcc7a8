import type { Prefix } from "../core/address.ts";
import type { Clock } from "../core/ports.ts";
import type { DialGuard, GuardLine } from "./guard-line.ts";
import type { HoldMessage, ToGuard } from "./guard-protocol.ts";
import { Lines, readToController, writeMessage } from "./guard-protocol.ts";

export interface LeaseKeeperOptions {
  /** The guard's socket. */
  readonly path: string;
  readonly dial: DialGuard;
  readonly clock: Clock;
  /** False while this process is not fit to renew: its loop has stalled. */
  readonly alive: () => boolean;
  /** undefined: the guard holds the lease; else why nobody does. Told at each change. */
  readonly onGuarded: (fault: string | undefined) => void;
  /** The guard has withdrawn while it did not hear from us. */
  readonly onActed: () => void;
}

const PARTS = 5;
const RETRY_MS = 1_000;

/**
 * Renews the lease with the guard, five times a term, from the event loop: a process that is stopped, or whose loop hangs, does not renew. What is
 * told is sent in order, so that the guard knows of a prefix before gobgpd does.
 */
export class LeaseKeeper {
  /** Told with the guard's first answer what it watched for an earlier controller, and this one has not named. */
  onRecalled: (prefixes: readonly Prefix[]) => void = () => undefined;
  readonly #options: LeaseKeeperOptions;
  readonly #stopped = new AbortController();
  #line: GuardLine | undefined;
  #closed: () => void = () => undefined;
  #hold: HoldMessage | undefined;
  #sent = "";
  /** Renewals since the guard's last answer: counted, because time may have passed while this process stood still. */
  #unanswered = 0;
  /** Settled by the first answer, or the first reason why there is none. */
  readonly #met = new AbortController();
  #fault: string | undefined | null = null;
  #heardBefore = false;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
  }

  /** It was told what the guard has to know. */
  get holds(): boolean {
    return this.#hold !== undefined;
  }

  /** What the guard has to know from now on. Resolves when it is on its way to a guard that has answered before, or none is there. Waits a second at most. */
  async hold(hold: HoldMessage): Promise<void> {
    this.#hold = hold;
    if (this.#line === undefined) this.#connect();
    else this.#tellHold();
    await this.#options.clock.sleep(RETRY_MS, this.#met.signal);
  }

  /** Keeps renewing until `stop`. */
  async run(): Promise<void> {
    const { clock, alive } = this.#options;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      if (this.#hold !== undefined && alive()) {
        if (this.#line === undefined) this.#connect();
        else this.#say({ kind: "renew" });
        this.#judge();
      }
      const term = this.#hold?.terms.term ?? 0;
      await clock.sleep(term === 0 ? RETRY_MS : Math.min(RETRY_MS, term / PARTS), signal);
    }
  }

  /** Ends the renewals. A word of farewell says what becomes of the announcements; without one the lease simply ends. */
  async stop(farewell?: "bye" | "handover"): Promise<void> {
    this.#stopped.abort();
    const line = this.#line;
    if (line === undefined) return;
    await new Promise<void>((resolve) => {
      this.#closed = resolve;
      line.end(farewell === undefined ? "" : writeMessage({ kind: farewell }));
      void this.#options.clock.sleep(RETRY_MS).then(() => line.destroy());
    });
  }

  #connect(): void {
    const { path, dial } = this.#options;
    const lines = new Lines();
    this.#sent = "";
    this.#line = dial(path, {
      onOpen: () => this.#tellHold(),
      onText: (text) => {
        for (const line of lines.take(text)) this.#heard(readToController(line));
      },
      onError: (error) => this.#unguarded(reason(error, path)),
      onClose: () => {
        this.#line = undefined;
        this.#closed();
      },
    });
  }

  #tellHold(): void {
    if (this.#hold === undefined || this.#line?.open !== true) return;
    const message = writeMessage({ kind: "hold", ...this.#hold });
    if (message === this.#sent) return;
    this.#sent = message;
    this.#line.write(message);
  }

  #say(message: ToGuard): void {
    if (this.#line?.open !== true) return;
    this.#unanswered++;
    this.#line.write(writeMessage(message));
  }

  #heard(answer: ReturnType<typeof readToController>): void {
    if (answer === undefined) return;
    this.#unanswered = 0;
    if (!this.#heardBefore && answer.dropped !== undefined) this.onRecalled(answer.dropped);
    this.#heardBefore = true;
    this.#met.abort();
    if (answer.acted) this.#options.onActed();
    if (this.#fault === undefined) return;
    this.#fault = undefined;
    this.#options.onGuarded(undefined);
  }

  /** A guard that takes what is said and never answers is stopped or hung. */
  #judge(): void {
    if (this.#unanswered > PARTS) this.#unguarded("the guard does not answer: it is stopped or hung");
  }

  #unguarded(fault: string): void {
    if (this.#fault === fault || this.#stopped.signal.aborted) return;
    this.#fault = fault;
    this.#met.abort();
    this.#options.onGuarded(fault);
  }
}

function reason({ code, message }: NodeJS.ErrnoException, path: string): string {
  if (code === "ENOENT" || code === "ECONNREFUSED")
    return `no guard listens at ${path}: start \`bgp-lb guard\`, or set -guard-socket`;
  if (code === "EACCES" || code === "EPERM")
    return `this user may not open ${path}: give it the group of the guard's socket`;
  return `${path}: ${message}`;
}
