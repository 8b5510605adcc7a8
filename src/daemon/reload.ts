import { Refused, UsageError } from "../core/errors.ts";
import { sessionResets } from "../core/session-resets.ts";
import { shortList } from "../core/short-list.ts";
import type { Settings } from "./settings.ts";
import { intentOf } from "./settings.ts";

/** The text of a config that is not in its place yet; `file` stands in messages, and is what relative paths in it are relative to. */
export interface ConfigText {
  readonly file: string;
  readonly text: string;
}

/** Reads the config anew, or this one in its stead; throws UsageError with everything that is wrong with it. */
export type Reread = (
  given?: ConfigText,
) => Promise<{ readonly settings: Settings; readonly warnings: readonly string[] }>;

/** How a new config is to be taken over. */
export interface ReloadTerms {
  /** BGP sessions that stand may be reset or ended for it. */
  readonly allowSessionReset: boolean;
}

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

/** What stands against a new config, one line each. */
export interface Costs {
  /** Why a process that runs cannot take it over at all. */
  readonly restart: readonly string[];
  /** BGP sessions that would be lost, for which a reload has to be allowed to. */
  readonly resets: readonly string[];
}

/** `standing`: the peers whose sessions stand; undefined: that is not known, and then any may. */
export function costs(before: Settings, after: Settings, standing: Parameters<typeof sessionResets>[2]): Costs {
  const resets = sessionResets(before.config.peers, after.config.peers, standing);
  return {
    restart: needsRestart(before, after),
    resets: resets.map(({ peer, change }) => `peer ${peer}: ${change}, so its session is lost`),
  };
}

/** Throws UsageError where this process cannot take the new config over, and Refused where it would cost sessions and that is not allowed; answers what it costs, one line each. */
export function refuseCostly(
  before: Settings,
  after: Settings,
  standing: Parameters<typeof sessionResets>[2],
  { allowSessionReset }: ReloadTerms,
): readonly string[] {
  const { restart, resets } = costs(before, after, standing);
  if (restart.length > 0) throw new UsageError(restart.map((line) => `${after.file}: ${line}`).join("\n"));
  if (resets.length === 0 || allowSessionReset) return resets;
  throw new Refused(`${resets.join("; ")}; \`bgp-lb reload -allow-session-reset\` takes it over all the same`);
}

const MAX_NAMED = 4;

/** The config in a few words. */
export function summary(settings: Settings): string {
  const { config } = settings;
  const intent = intentOf(settings);
  const vips = [...new Set(config.services.flatMap(({ service }) => service.vips.map((vip) => vip.address)))];
  const setup = intent.network
    ? intent.ipvs
      ? "links, addresses and IPVS"
      : "links and addresses, no IPVS"
    : "no network setup";
  return `VIPs ${shortList(vips, MAX_NAMED)}; ${setup}; gobgpd ${config.mode} at ${config.gobgp.address}`;
}

function differ(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}
