import { UsageError } from "../core/errors.ts";
import { parseDuration } from "../health/duration.ts";
import type { CommandFlagName } from "./flags.ts";
import { quoted } from "./problem.ts";

/** Milliseconds of a duration as a config file writes it, or of `0s`; throws UsageError, which names the flag. */
export function parseDurationFlag(text: string, flag: CommandFlagName): number {
  if (text === "0s" || text === "0") return 0;
  const found = parseDuration(text);
  if ("milliseconds" in found) return found.milliseconds;
  throw new UsageError(`-${flag}: ${found.wrong}; found ${quoted(text)}`);
}
