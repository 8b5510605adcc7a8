import type { Desired } from "../core/desired.ts";
import type { Repair } from "../core/mended.ts";
import type { OpResult } from "../core/op.ts";
import { describe } from "../core/op.ts";
import type { AnnouncementState, AnnouncementStatus, PeerStatus } from "../core/status.ts";
import { hasPath } from "../core/status.ts";
import type { News } from "./backoff.ts";
import type { Logger } from "./log.ts";
import { usualSuspect } from "./suspect.ts";

/** More changes of one kind than this in one step are told as a number; each is still there at debug. */
const MAX_LINES = 20;

/** Turns what happened into one line per change: nothing in a steady state, and nothing twice. */
export class Reporter {
  readonly #log: Logger;
  #standing: ReadonlySet<string> = new Set();
  #states: ReadonlyMap<string, string> = new Map();
  #trouble = new Map<string, string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** What each op came to, and for announcements why. Ops that fail for one reason are one line. */
  results(results: readonly OpResult[], news: readonly News[], desired: Desired): void {
    const failures = new Map<string, string[]>();
    const done: string[] = [];
    for (const [index, result] of results.entries()) {
      const fresh = news[index] ?? { kind: "ok" };
      if (fresh.kind === "answered") {
        this.#log.debug(`answered to be done, as before: ${describe(result.op)}`);
      } else if (result.ok) {
        done.push(
          `${describe(result.op)}${because(result, desired)}${fresh.kind === "recovered" ? " (after failing before)" : ""}`,
        );
      } else if (fresh.kind === "failed") {
        const words = `${result.error}; ${fresh.tries > 1 ? `${fresh.tries} tries so far, ` : ""}next try in ${fresh.pause / 1000} s`;
        const alike = failures.get(words) ?? [];
        alike.push(describe(result.op));
        failures.set(words, alike);
      } else {
        this.#log.debug(`still cannot ${describe(result.op)}: ${result.error}`);
      }
    }
    for (const line of done.slice(0, MAX_LINES)) this.#log.info(line);
    for (const line of done.slice(MAX_LINES)) this.#log.debug(line);
    if (done.length > MAX_LINES)
      this.#log.info(`and ${done.length - MAX_LINES} more changes (log level debug names them)`);
    for (const [error, [first = "", ...more]] of failures) {
      this.#log.error(
        `cannot ${first}${more.length > 0 ? ` (and ${more.length} more that fail alike)` : ""}: ${error}`,
      );
      for (const line of more) this.#log.debug(`cannot ${line}: ${error}`);
    }
  }

  /** What each VIP came to, beyond the ops: told when it changes. */
  announcements(now: readonly AnnouncementStatus[]): void {
    const news = now.filter((one) => this.#states.get(one.prefix) !== keyOf(one));
    this.#states = new Map(now.map((one) => [one.prefix, keyOf(one)]));
    const told = news.filter((one) => WORDS[one.state] !== undefined && !isOnItsWay(one));
    for (const one of told.slice(0, MAX_LINES)) {
      const line = `${one.prefix} ${WORDS[one.state]?.(one)}`;
      if (IN_WORDS.has(one.state)) this.#log.warn(line);
      else this.#log.info(line);
    }
    if (told.length > MAX_LINES) this.#log.info(`and ${told.length - MAX_LINES} more VIPs in a new state`);
  }

  /** What others had taken away or changed, and was put back: one line, with who is known to do so. */
  repaired(repairs: readonly Repair[]): void {
    const found = [...new Set(repairs.map((one) => one.found))];
    if (found.length === 0) return;
    const more = found.length > MAX_LINES ? ` (and ${found.length - MAX_LINES} more)` : "";
    const suspect = repairs.some(({ kind }) => kind === "link" || kind === "address") ? usualSuspect() : undefined;
    this.#log.warn(
      `put back: ${found.slice(0, MAX_LINES).join("; ")}${more}${suspect === undefined ? "" : `; ${suspect}`}`,
    );
  }

  /** Something that an operator may want to know, and that no op says. */
  notice(line: string): void {
    this.#log.warn(line);
  }

  /** Things in our way: each is told when it comes and when it goes. */
  conflicts(now: readonly string[]): void {
    const next = new Set(now);
    for (const line of next) if (!this.#standing.has(line)) this.#log.warn(line);
    for (const line of this.#standing) if (!next.has(line)) this.#log.info(`no longer: ${line}`);
    this.#standing = next;
  }

  /** The parts that do not work, each with why in one line. */
  get troubles(): ReadonlyMap<string, string> {
    return new Map([...this.#trouble].map(([part, error]) => [part, error.split("\n")[0] ?? ""]));
  }

  /** A part that does not work (`undefined`: it works): told once for each change. */
  trouble(part: string, error: string | undefined): void {
    const before = this.#trouble.get(part);
    if (before === error) return;
    if (error === undefined) {
      this.#trouble.delete(part);
      this.#log.info(`${part} works again`);
    } else {
      this.#trouble.set(part, error);
      this.#log.error(`${part}: ${error}`);
    }
  }

  /** A part that is wanted no more. */
  forget(part: string): void {
    this.#trouble.delete(part);
  }
}

/** A withdrawn VIP has its line where it was withdrawn, and an unreadable gobgpd has one for itself. */
const WORDS: Readonly<Partial<Record<AnnouncementState, (one: AnnouncementStatus) => string>>> = {
  proven: ({ peers }) => `is proven at ${split(peers)}`,
  sent: ({ peers }) => `was sent to ${split(peers)}`,
  accepted: ({ reason }) => `is in gobgpd, and no peer is known to have it: ${reason}`,
  altered: ({ reason }) => `is announced otherwise than it should be: ${reason}`,
  pending: ({ reason }) => `is not announced: ${reason}`,
  lingering: ({ reason }) => `is still announced, and should not be: ${reason}`,
};

/** Of these the reason is the news. */
const IN_WORDS: ReadonlySet<AnnouncementState> = new Set(["altered", "pending", "lingering"]);

function keyOf({ state, peers, reason }: AnnouncementStatus): string {
  if (IN_WORDS.has(state)) return `${state} ${reason}`;
  // Whether a peer that has not the path is tried or idle is no news.
  return `${state} ${peers.map((peer) => `${peer.address} ${peer.state === "unacknowledged" ? "no session" : peer.state}`).join()}`;
}

/** A peer that has only just been sent the path will have acknowledged it in a moment. */
function isOnItsWay({ state, peers }: AnnouncementStatus): boolean {
  return state === "accepted" && peers.some((peer) => peer.state === "unacknowledged");
}

/** Those that have it, and the first of those that have not, with the reason. */
function split(peers: readonly PeerStatus[]): string {
  const having = peers.filter(hasPath).map(({ address }) => address);
  const [first, ...more] = peers.filter((peer) => !hasPath(peer));
  const other =
    first === undefined
      ? ""
      : `; not at ${first.address}: ${first.reason}${more.length > 0 ? ` (and ${more.length} more)` : ""}`;
  return `${having.join(", ")} (${having.length} of ${peers.length} peer${peers.length === 1 ? "" : "s"})${other}`;
}

function because({ op }: OpResult, desired: Desired): string {
  if (op.kind !== "path.announce" && op.kind !== "path.withdraw") return "";
  const prefix = op.kind === "path.announce" ? op.path.prefix : op.prefix;
  const announcement = desired.announcements.get(prefix);
  if (announcement === undefined) return " (no longer in the config)";
  if (op.kind === "path.withdraw" && announcement.want !== "withdraw")
    return " (its dataplane is not complete, or cannot be read)";
  return ` (${announcement.reason})`;
}
