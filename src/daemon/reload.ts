import { UsageError } from "../core/errors.ts";
import type { Logger } from "./log.ts";
import type { Settings } from "./settings.ts";
import { intentOf } from "./settings.ts";

/** Reads the config anew; throws UsageError with everything that is wrong with it. */
export type Reread = () => Promise<{ readonly settings: Settings; readonly warnings: readonly string[] }>;

/** What of a new config cannot be taken over by a process that runs, one line each; empty where all of it can. */
function needsRestart(before: Settings, after: Settings): readonly string[] {
  const lines: string[] = [];
  const [old, next] = [before.config, after.config];
  if (old.mode !== next.mode) lines.push(`bgp.mode: ${old.mode} is now ${next.mode}; restart bgp-lb`);
  if (differ(old.gobgp, next.gobgp))
    lines.push(`bgp.gobgp: ${old.gobgp.address} is now ${next.gobgp.address}, or TLS is another; restart bgp-lb`);
  if (differ(old.identity, next.identity))
    lines.push(
      "bgp.local: AS, router ID or listen port are others, which gobgpd takes only when it starts; restart gobgpd and bgp-lb",
    );
  return lines;
}

/** Warns of what a new config does beyond its own words; throws UsageError where this process cannot take it over. */
export function compare(before: Settings, after: Settings, log: Logger): void {
  const against = needsRestart(before, after);
  if (against.length > 0) throw new UsageError(against.map((line) => `${after.file}: ${line}`).join("\n"));
  for (const peer of sessionResets(before, after)) log.warn(`peer ${peer}: changed, so its session is reset`);
}

/** Peers whose session a new config resets, because gobgpd takes the change no other way. */
function sessionResets(before: Settings, after: Settings): readonly string[] {
  const old = new Map(before.config.peers.map((peer) => [peer.address, peer]));
  return after.config.peers.flatMap((peer) => {
    const known = old.get(peer.address);
    return known !== undefined && differ(known, peer) ? [peer.address] : [];
  });
}

/** The config in a few words. */
export function summary(settings: Settings): string {
  const { config } = settings;
  const intent = intentOf(settings);
  const vips = config.services.flatMap(({ service }) => service.vips.map((vip) => vip.address));
  const some = vips.length > 4 ? `${vips.slice(0, 4).join(", ")} and ${vips.length - 4} more` : vips.join(", ");
  const setup = intent.network
    ? intent.ipvs
      ? "links, addresses and IPVS"
      : "links and addresses, no IPVS"
    : "no network setup";
  return `VIPs ${some}; ${setup}; gobgpd ${config.mode} at ${config.gobgp.address}`;
}

function differ(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}
