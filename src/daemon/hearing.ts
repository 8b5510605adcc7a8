import type { Intent } from "../core/desired.ts";
import { LinkMonitor } from "../dataplane/monitor.ts";
import type { Parts } from "./parts.ts";
import type { Reporter } from "./reporter.ts";
import type { Trigger } from "./trigger.ts";

/** Asks for a pass whenever the kernel tells of a change to one of our links, until it is stopped; our own changes are told as well, and the pass finds nothing to do. */
export function hearLinks(
  { clock, follow }: Pick<Parts, "clock" | "follow">,
  trigger: Trigger,
  reporter: Reporter,
  intent: () => Intent,
): { stop(): Promise<void> } {
  const monitor = new LinkMonitor({
    clock,
    follow,
    links: () => new Set(intent().services.map(({ link }) => link)),
    onChange: () => trigger.request(),
    onTrouble: (error) => reporter.trouble("hearing of changes to links", error),
  });
  if (intent().network) monitor.start();
  return monitor;
}
