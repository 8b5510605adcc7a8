import type { Desired } from "../core/desired.ts";
import type { OpResult } from "../core/op.ts";
import { describe } from "../core/op.ts";
import type { News } from "./backoff.ts";
import type { Logger } from "./log.ts";

/** More changes of one kind than this in one step are told as a number; each is still there at debug. */
const MAX_LINES = 20;

/** Turns what happened into one line per change: nothing in a steady state, and nothing twice. */
export class Reporter {
  readonly #log: Logger;
  #standing: ReadonlySet<string> = new Set();
  #trouble = new Map<string, string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** What each op came to, and for announcements why. */
  results(results: readonly OpResult[], news: readonly News[], desired: Desired): void {
    let told = 0;
    for (const [index, result] of results.entries()) {
      const line = describe(result.op);
      const fresh = news[index] ?? "ok";
      if (!result.ok) {
        const words = `cannot ${line}: ${result.error}`;
        if (fresh === "failed" && told++ < MAX_LINES) this.#log.error(words);
        else this.#log.debug(words);
        continue;
      }
      const words = `${line}${because(result, desired)}${fresh === "recovered" ? " (after failing before)" : ""}`;
      if (told++ < MAX_LINES) this.#log.info(words);
      else this.#log.debug(words);
    }
    if (told > MAX_LINES) this.#log.info(`and ${told - MAX_LINES} more changes (log level debug names them)`);
  }

  /** Things in our way: each is told when it comes and when it goes. */
  conflicts(now: readonly string[]): void {
    const next = new Set(now);
    for (const line of next) if (!this.#standing.has(line)) this.#log.warn(line);
    for (const line of this.#standing) if (!next.has(line)) this.#log.info(`no longer: ${line}`);
    this.#standing = next;
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
}

function because({ op }: OpResult, desired: Desired): string {
  if (op.kind !== "path.announce" && op.kind !== "path.withdraw") return "";
  const prefix = op.kind === "path.announce" ? op.path.prefix : op.prefix;
  const announcement = desired.announcements.get(prefix);
  if (announcement === undefined) return " (no longer in the config)";
  if (op.kind === "path.withdraw" && announcement.want !== "withdraw") return " (its dataplane is not complete)";
  return ` (${announcement.reason})`;
}
