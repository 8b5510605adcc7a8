import type { StatusDocument } from "../admin/api.ts";
import type { ServerLoad } from "../core/ports.ts";
import { hasPath, isAnnounced } from "../core/status.ts";
import type { Act } from "./act.ts";

/** What an act would do to the outside, in sentences: which VIPs, at how many peers, over how many connections. */
export function blast(
  act: Act,
  service: string,
  { announcements, services, peers }: Pick<StatusDocument, "announcements" | "services" | "peers">,
  traffic: readonly ServerLoad[] | undefined,
): readonly string[] {
  const own = announcements.filter((one) => one.services.includes(service));
  const standing = own.filter(isAnnounced);
  const told = (ones: typeof own) => ones.map(({ prefix }) => prefix).join(", ");
  const verdict = services.find(({ name }) => name === service)?.verdict ?? "unknown";
  const withdrawn = standing.length === 0 ? "None of its VIPs is announced now, so nothing is withdrawn." : undefined;
  const others = [...new Set(own.flatMap((one) => one.services))].filter((name) => name !== service);
  const shared =
    others.length === 0 ? [] : [`It shares a VIP's prefix with ${others.join(", ")}, which this touches too.`];
  switch (act) {
    case "drain":
      return [
        withdrawn ??
          `${told(standing)}: announced anew at once as the worst of all hosts (${having(standing)} of ${peers.length} peers have it), withdrawn once it is quiet or the time is up.`,
        connections(traffic, "asked to end elsewhere, and cut off at the deadline"),
        ...shared,
      ];
    case "force-down":
      return [
        withdrawn ?? `${told(standing)}: withdrawn at once from ${having(standing)} of ${peers.length} peers.`,
        connections(traffic, "cut off, unless routers still send them here"),
        ...shared,
      ];
    case "force-up": {
      const silent = own.filter((one) => !isAnnounced(one));
      return [
        silent.length === 0
          ? "All of its VIPs are announced already; they stay so whatever its checks say."
          : `${told(silent)}: announced although its checks say ${verdict}. Traffic comes here, and may find nobody.`,
        ...shared,
      ];
    }
    case "undrain":
      return [
        verdict === "up"
          ? `Its checks say up: ${told(own)} is announced again as usual.`
          : `Its checks say ${verdict}: ${told(standing) || "nothing"} stays announced only as far as they allow.`,
        ...shared,
      ];
  }
}

/** The most peers that have any one of them. */
function having(announcements: StatusDocument["announcements"]): number {
  return Math.max(0, ...announcements.map((one) => one.peers.filter(hasPath).length));
}

function connections(traffic: readonly ServerLoad[] | undefined, fate: string): string {
  if (traffic === undefined) return "Its connections are not counted here: nobody knows how many this ends.";
  const open = traffic.reduce((sum, one) => sum + one.active, 0);
  return open === 0 ? "No connection is open now." : `${open} open connection${open === 1 ? "" : "s"}: ${fate}.`;
}
