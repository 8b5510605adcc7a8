import type { ServiceStatus, StatusDocument, ToldAnnouncement } from "../admin/api.ts";
import { ageWords } from "../core/age.ts";
import type { ChainLink, LinkState } from "./chain-link.ts";
import { sinceWords } from "./chain-link.ts";
import { checkWords } from "./status-text.ts";

/** The last results of each check. `overruled`: what they say does not count. Nor does a check that fails without the service being down for it. */
export function checkLinks(service: ServiceStatus, overruled: boolean): readonly ChainLink[] {
  return service.checks.map((check) => {
    const { name, verdict, stale, lastSeconds } = check;
    const last = lastSeconds === undefined ? "no result yet" : `last result ${ageWords(lastSeconds)} ago`;
    const why = checkWords(check);
    const says = `${service.name}: ${name} is ${stale ? "stale" : verdict}${sinceWords(check)}; ${last}${why === "" ? "" : `: ${why}`}`;
    const state = stateOf(stale ? "down" : verdict, overruled || service.verdict === "up");
    if (state === "ok" || state === "idle") return { link: "check", state, says };
    return { link: "check", state, says, remedy: checkRemedy(service.name, check) };
  });
}

function stateOf(verdict: ServiceStatus["verdict"], overruled: boolean): LinkState {
  if (verdict === "up") return "ok";
  if (overruled) return "idle";
  return verdict === "down" ? "broken" : "waiting";
}

function checkRemedy(service: string, { name, stale, verdict }: ServiceStatus["checks"][number]): string {
  if (stale)
    return `the check ${name} gives no results any more: look for what hangs (the program it runs, name resolution, this machine)`;
  if (verdict === "unknown") return "wait for its first results; it needs `rise` good ones in a row";
  return `mend ${service}, or its check ${name}, on this host; to announce it all the same: bgp-lb force up ${service}`;
}

export function healthLink(service: ServiceStatus, overruled: boolean): ChainLink {
  const { name, verdict, reason } = service;
  const says = `${name} is ${verdict}${sinceWords(service)}${verdict === "up" ? "" : `: ${reason}`}`;
  // What the checks say is told there; this follows from it.
  const follows = service.checks.some((check) => check.verdict === verdict || check.stale);
  const state = verdict !== "up" && follows ? "idle" : stateOf(verdict, overruled);
  if (state === "ok" || state === "idle") return { link: "health", state, says };
  return { link: "health", state, says, remedy: `see the checks of ${name}` };
}

/** The operator's words, and what becomes of a prefix that services share. */
export function policyLink(
  one: ToldAnnouncement,
  services: readonly ServiceStatus[],
  { ready, line }: StatusDocument,
): ChainLink {
  if (one.reason === LEAVING || (!ready && line.startsWith("leaving")))
    return { link: "policy", state: "broken", says: LEAVING, remedy: "start bgp-lb again" };
  const words = services.flatMap(({ name, override }) =>
    override === undefined ? [] : [`${name} is ${override.words}; said ${override.since}`],
  );
  const against = services.find(
    ({ override }) => override?.word === "down" || (override?.word === "drain" && override.result !== undefined),
  );
  const shared = services.length > 1 ? [`${one.services.join(", ")} share the prefix`] : [];
  const says = [...words, ...shared].join("; ") || "no drain and no force";
  if (against === undefined || one.want !== "withdraw") return { link: "policy", state: "ok", says };
  return { link: "policy", state: "broken", says, remedy: `to take it back: bgp-lb undrain ${against.name}` };
}

const LEAVING = "this controller is stopping";
const WANTS = { withdraw: "withdrawn", keep: "kept as it is" } as const;

/** `explained`: a link before it says why. */
export function wantedLink({ want = "keep", reason }: ToldAnnouncement, explained: boolean): ChainLink {
  if (want === "announce") return { link: "wanted", state: "ok", says: "it is to be announced" };
  const says = `it is to be ${WANTS[want]}${explained ? "" : `: ${reason}`}`;
  if (explained) return { link: "wanted", state: "idle", says };
  return { link: "wanted", state: want === "withdraw" ? "broken" : "waiting", says, remedy: "see the links before" };
}
