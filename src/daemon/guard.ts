import type { Prefix } from "../core/address.ts";
import { messageOf, SpeakerUnreachable } from "../core/errors.ts";
import type { Lease } from "../core/lease.ts";
import { dropped, dueAt, isDue, NO_LEASE, remaining, renewed, takenOver } from "../core/lease.ts";
import type { SpeakerOp } from "../core/op.ts";
import { shortList } from "../core/short-list.ts";
import { guardCondition } from "./guard-condition.ts";
import type { GuardOptions, OwnSpeaker } from "./guard-options.ts";
import type { GuardCondition, HoldMessage, ToController, ToGuard } from "./guard-protocol.ts";
import { Trigger } from "./trigger.ts";

/** Milliseconds until a withdrawal that did not go well is tried again. */
const RETRY_MS = 500;
/** A guard that wakes later than this stood still itself (SIGSTOP, a busy machine): what the controller said meanwhile lies unread. */
const LATE_MS = 300;
/** Milliseconds that such a guard reads before it judges. */
const CATCH_UP_MS = 500;
const REST_MS = 5_000;
const MAX_NAMED = 5;
const never = new AbortController().signal;
const WORDS = {
  withdraw: { doing: "withdrawing", done: "withdrawn: none of it is in gobgpd any more", fails: "cannot withdraw" },
  demote: {
    doing: "demoting",
    done: "demoted: announced with the community GRACEFUL_SHUTDOWN and a worse MED, so that routers prefer other hosts",
    fails: "cannot demote",
  },
} as const;

/** Ends announcements whose controller does not answer any more. It knows nothing but the lease, and touches nothing but the prefixes in it. */
export class Guard {
  readonly #options: GuardOptions;
  readonly #trigger: Trigger;
  #lease: Lease = NO_LEASE;
  /** A lease that was lost, and of which nothing is announced any more: whoever announces its prefixes since then is somebody else. */
  #ended: Lease | undefined;
  #hold: HoldMessage | undefined;
  #speaker: OwnSpeaker | undefined;
  #connecting: Promise<void> = Promise.resolve();
  /** Why there is no speaker. */
  #fault = "gobgpd was not looked at yet";
  #acted = false;
  #told = "";

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#trigger = new Trigger(options.clock);
  }

  get condition(): GuardCondition {
    const fault = this.#speaker === undefined ? this.#fault : undefined;
    return guardCondition(this.#hold && this.#lease, fault, this.#options.clock.now());
  }

  /** Takes over what an earlier guard watched. */
  async resume(hold: HoldMessage | undefined): Promise<void> {
    if (hold === undefined) return;
    this.#hold = hold;
    this.#lease = takenOver(hold, this.#options.clock.now());
    this.#connect();
    await this.#connecting;
  }

  /** Hears the controller. */
  hear(message: ToGuard): ToController {
    const { clock, log } = this.#options;
    if (this.#lease.lost) log.warn("the controller is back; its announcements are its own again");
    const acted = this.#acted;
    this.#acted = false;
    this.#told = "";
    const left = message.kind === "hold" ? this.#dropped(message) : [];
    this.#lease = renewed(this.#lease, message, clock.now());
    if (message.kind === "hold") {
      const { kind: _, ...hold } = message;
      this.#takeHold(hold);
    }
    if (message.kind === "handover")
      log.info(
        `the controller has left ${this.#names()} to the next one, which has ${this.#lease.terms.handover / 1000} s to come`,
      );
    if (message.kind === "bye") {
      log.info("the controller has left in order; nothing is to be watched");
      this.#takeHold(undefined);
    }
    this.#trigger.request();
    return { kind: "held", acted, ...(left.length > 0 && { dropped: left }) };
  }

  /** Watches until `leave` is aborted. What is announced then stays announced. */
  async run(leave: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    leave.addEventListener("abort", () => this.#trigger.request(), { once: true });
    while (!leave.aborted) {
      const due = Math.min(dueAt(this.#lease), clock.now() + REST_MS);
      await this.#trigger.next(Math.max(0, due - clock.now()));
      this.#options.onTurn?.();
      if (clock.now() - due > LATE_MS) await clock.sleep(CATCH_UP_MS);
      if (!leave.aborted && isDue(this.#lease, clock.now())) await this.#act(leave);
    }
    await this.#connecting;
    await this.#speaker?.stop();
  }

  async #act(leave: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    const silence = "no word from the controller until the end of its lease";
    const { terms } = this.#lease;
    if (terms.onLost === "keep") {
      this.#lease = { ...this.#lease, lost: true };
      log.error(
        `${silence}: ${this.#names()} may be announced with nobody watching over them; onLeaseLost is keep, so they stay`,
      );
      return;
    }
    log.error(`${silence}: ${WORDS[terms.onLost].doing} ${this.#names()}`);
    const lost: Lease = { ...this.#lease, lost: true };
    this.#lease = lost;
    // A renewal makes a new lease, and ends this.
    while (this.#lease === lost && !leave.aborted) {
      if (await this.#end(lost, WORDS[terms.onLost])) return;
      this.#options.onTurn?.();
      await clock.sleep(RETRY_MS);
    }
  }

  /** Answers true when it was seen that none of the prefixes is announced any more, or none as well as it was. */
  async #end(lost: Lease, { done, fails }: { readonly done: string; readonly fails: string }): Promise<boolean> {
    const { log } = this.#options;
    try {
      const left = await this.#left(lost);
      if (this.#lease !== lost) return true;
      if (left.length === 0) {
        log.warn(this.#acted ? done : "nothing was left to do in gobgpd");
        if (lost.terms.onLost === "withdraw") this.#forget(lost);
        return true;
      }
      this.#acted = true;
      const results = (await this.#speaker?.apply(left, never)) ?? [];
      for (const result of results) if (!result.ok) this.#trouble(`${fails}: ${result.error}`);
      return false;
    } catch (error) {
      // A gobgpd that is gone announces nothing.
      if (error instanceof SpeakerUnreachable && error.absent) {
        log.warn(`${messageOf(error)}; so nothing is announced`);
        return true;
      }
      this.#trouble(messageOf(error));
      return false;
    }
  }

  /** A guard that is started after this must not end what somebody else announces by then. */
  #forget(lost: Lease): void {
    this.#ended = lost;
    void this.#options.save(undefined).catch((error: unknown) => this.#trouble(messageOf(error)));
  }

  async #left(lost: Lease): Promise<readonly SpeakerOp[]> {
    if (this.#speaker === undefined) this.#connect();
    await this.#connecting;
    // One that cannot be opened is not one that holds nothing.
    if (this.#speaker === undefined) throw new Error(this.#fault);
    return remaining(lost, (await this.#speaker.observe(never)).paths);
  }

  #dropped({ gobgp, prefixes }: HoldMessage): readonly Prefix[] {
    const same = JSON.stringify(gobgp) === JSON.stringify(this.#hold?.gobgp);
    return same && this.#lease !== this.#ended ? dropped(this.#lease, prefixes) : [];
  }

  #takeHold(hold: HoldMessage | undefined): void {
    const { log, save } = this.#options;
    const moved = JSON.stringify(hold?.gobgp) !== JSON.stringify(this.#hold?.gobgp);
    if (hold !== undefined && this.#hold === undefined)
      log.info(`watching for a controller with a lease of ${hold.terms.term / 1000} s`);
    this.#hold = hold;
    void save(hold).catch((error: unknown) => this.#trouble(`cannot be kept over a restart: ${messageOf(error)}`));
    if (moved) this.#connect();
  }

  /** To the gobgpd of the lease, before it is needed: when it is, there is no time to lose. */
  #connect(): void {
    this.#connecting = this.#connecting.then(async () => {
      await this.#speaker?.stop();
      this.#speaker = undefined;
      if (this.#hold === undefined) return;
      try {
        this.#speaker = await this.#options.openSpeaker(this.#hold.gobgp);
      } catch (error) {
        this.#fault = messageOf(error);
        this.#trouble(this.#fault);
      }
    });
  }

  /** Told once for each change. */
  #trouble(line: string): void {
    if (line === this.#told) return;
    this.#told = line;
    this.#options.log.error(line);
  }

  #names(): string {
    return shortList(this.#lease.prefixes, MAX_NAMED) || "nothing";
  }
}
