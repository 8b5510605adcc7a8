import { UsageError } from "../core/errors.ts";
import { parseDuration } from "../health/duration.ts";
import type { CommandFlagName } from "./flags.ts";
import { quoted } from "./problem.ts";

/** A time as the admin API takes it, from one (RFC 3339) or from how long ago it was (`1h`), by `timeAt`, which tells the time so many milliseconds from now; throws UsageError, which names the flag. */
export function parseMoment(text: string, flag: CommandFlagName, timeAt: (after: number) => string): string {
  const ago = parseDuration(text);
  if ("milliseconds" in ago) return timeAt(-ago.milliseconds);
  const found = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?Z?)?$/.exec(text);
  if (found === null)
    throw new UsageError(
      `-${flag}: neither a duration nor a time; would be right: "1h", "10m", "2026-01-02T03:04:05Z"; found ${quoted(text)}`,
    );
  const [, day, minute = "00:00", second = ":00"] = found;
  return `${day}T${minute}${second}Z`;
}
