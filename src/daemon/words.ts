import type { StandingWord } from "../admin/operator-metrics.ts";
import type { Drain, Override } from "../core/override.ts";
import { isDrained, isDraining, shortWord } from "../core/override.ts";
import { textOfTime, timeOfText } from "./clock.ts";

/** Who says something, and why. */
export interface Speaking {
  readonly by: string;
  readonly reason: string;
}

/** From now on for `ms`; undefined: without an end. `now` is the monotonic clock's. */
export function span(now: number, ms: number | undefined): Pick<Override, "since" | "until" | "deadline"> {
  const since = textOfTime();
  if (ms === undefined) return { since, until: undefined, deadline: Number.POSITIVE_INFINITY };
  return { since, until: textOfTime(ms), deadline: now + ms };
}

/** A drain that begins, after what was said before. */
export function beginDrain(before: Override | undefined, now: number, timeout: number, speaking: Speaking): Drain {
  return {
    word: "drain",
    ...span(now, timeout),
    ...speaking,
    regardless: before?.word === "up" || (before?.word === "drain" && before.regardless),
    busyAt: now,
    connections: undefined,
    // There is nothing to drain in what is forced down: announcing it for that would be the opposite.
    result: before?.word === "down" ? "not announced" : undefined,
  };
}

/** The words that stand, as metrics tell of them. */
export function standingWords(words: ReadonlyMap<string, Override>): readonly StandingWord[] {
  return [...words].map(([service, word]) => ({
    service,
    word: shortWord(word),
    since: timeOfText(word.since),
    until: word.until === undefined || isDrained(word) ? undefined : timeOfText(word.until),
  }));
}

/** What stands while the process stops: everything drains, but for what is drained or forced down; a drain that ends sooner stays as it is. */
export function stopWords(
  names: Iterable<string>,
  words: ReadonlyMap<string, Override>,
  now: number,
  timeout: number,
): Map<string, Override> {
  const speaking = { by: "bgp-lb", reason: "this controller stops" };
  return new Map(
    [...names].map((name) => {
      const before = words.get(name);
      const stays = before?.word === "down" || (before?.word === "drain" && !isDraining(before));
      if (before !== undefined && (stays || (isDraining(before) && before.deadline <= now + timeout)))
        return [name, before];
      return [name, beginDrain(before, now, timeout, speaking)];
    }),
  );
}
