import type { StatusDocument } from "../admin/api.ts";
import type { VipImpact } from "../core/blast.ts";
import type { WordImpact } from "../core/outlook.ts";
import type { ServerLoad } from "../core/ports.ts";
import { hasPath, isAnnounced } from "../core/status.ts";
import type { Act } from "./act.ts";

type Known = Pick<StatusDocument, "announcements" | "services" | "peers">;

/** What an act would do to the outside, in sentences: which VIPs, at how many peers, over how many connections. */
export function impact(
  act: Act,
  service: string,
  foreseen: WordImpact | undefined,
  known: Known,
  traffic: readonly ServerLoad[] | undefined,
): readonly string[] {
  const own = known.announcements.filter((one) => one.services.includes(service));
  const others = [...new Set(own.flatMap((one) => one.services))].filter((name) => name !== service);
  return [
    ...(foreseen === undefined
      ? ["What gobgpd announces is not known now, and so it is not known either what routers would hear."]
      : heard(act, service, foreseen, known, own)),
    ...(act === "drain" ? [connections(traffic, "asked to end elsewhere, and cut off at the deadline")] : []),
    ...(act === "force-down" ? [connections(traffic, "cut off, unless routers still send them here")] : []),
    ...(others.length === 0 ? [] : [`It shares a VIP's prefix with ${others.join(", ")}, which this touches too.`]),
  ];
}

function heard(
  act: Act,
  service: string,
  { vips, held }: WordImpact,
  { services, peers }: Known,
  own: Known["announcements"],
): readonly string[] {
  const verdict = services.find(({ name }) => name === service)?.verdict ?? "unknown";
  const lines = [...Map.groupBy(vips, ({ effect }) => effect)].map(([effect, some]) => {
    const touched = own.filter(({ prefix }) => some.some((one) => one.prefix === prefix));
    return `${told(some)}: ${words(act, effect, `${having(touched)} of ${peers.length} peers`, verdict)}`;
  });
  const silent = act === "force-up" || act === "undrain" ? held : [];
  lines.push(...silent.map(({ prefix, reason }) => `${prefix}: not announced, for ${reason}.`));
  return lines.length > 0 ? lines : [nothing(act, own.filter(isAnnounced))];
}

function words(act: Act, effect: VipImpact["effect"], peers: string, verdict: string): string {
  switch (effect) {
    case "withdraw":
      return `withdrawn at once from ${peers}.`;
    case "interrupt":
      return `withdrawn from ${peers}, and announced again when its dataplane is built anew.`;
    case "re-announce":
      return act === "drain"
        ? `announced anew at once as the worst of all hosts (${peers} have it), withdrawn once it is quiet or the time is up.`
        : `announced anew as usual (${peers} have it).`;
    case "announce":
      return act === "force-up"
        ? `announced although its checks say ${verdict}. Traffic comes here, and may find nobody.`
        : "announced again as usual.";
  }
}

function nothing(act: Act, standing: Known["announcements"]): string {
  const raises = act === "force-up" || act === "undrain";
  if (standing.length === 0)
    return raises
      ? "None of its VIPs is announced now, and this alone changes nothing of that."
      : "None of its VIPs is announced now, so nothing is withdrawn.";
  if (act === "force-up") return "All of its VIPs are announced already; they stay so whatever its checks say.";
  return `${told(standing)}: stays announced as it is.`;
}

function told(ones: readonly { readonly prefix: string }[]): string {
  return ones.map(({ prefix }) => prefix).join(", ");
}

/** The most peers that have any one of them. */
function having(announcements: Known["announcements"]): number {
  return Math.max(0, ...announcements.map((one) => one.peers.filter(hasPath).length));
}

function connections(traffic: readonly ServerLoad[] | undefined, fate: string): string {
  if (traffic === undefined) return "Its connections are not counted here: nobody knows how many this ends.";
  const open = traffic.reduce((sum, one) => sum + one.active, 0);
  return open === 0 ? "No connection is open now." : `${open} open connection${open === 1 ? "" : "s"}: ${fate}.`;
}
