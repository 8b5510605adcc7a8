import type { Request } from "../admin/api.ts";
import { parseDurationFlag } from "../config/duration-flag.ts";
import { UsageError } from "../core/errors.ts";
import { adminClient, printText, whoAsks } from "./ask.ts";
import { EXIT } from "./exit.ts";
import type { Options } from "./options.ts";

/** Announces or withdraws a service whatever its checks say. */
export async function force(options: Options, words: readonly string[]): Promise<number> {
  const [word, service, ...more] = words;
  if ((word !== "up" && word !== "down") || service === undefined || more.length > 0)
    throw new UsageError("it is bgp-lb force up SERVICE, or bgp-lb force down SERVICE");
  const ms = options.for === undefined ? undefined : parseDurationFlag(options.for, "for");
  if (ms === 0) throw new UsageError("-for: must be longer than nothing");
  const body: Request<"force"> = {
    service,
    word,
    by: whoAsks(),
    reason: options.reason ?? "",
    ...(ms !== undefined && { for: ms }),
  };
  printText((await adminClient(options).ask("force", body)).lines);
  return EXIT.ok;
}
