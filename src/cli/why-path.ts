import type { StatusDocument, ToldAnnouncement } from "../admin/api.ts";
import type { Event } from "../core/event.ts";
import type { ChainLink } from "./chain-link.ts";
import { sinceWords } from "./chain-link.ts";
import { spanWords } from "./events-text.ts";
import { gobgpLine } from "./gobgp-line.ts";

export function dataplaneLink(one: ToldAnnouncement, found: StatusDocument): ChainLink {
  const { dataplane, want } = one;
  const link = "dataplane";
  if (dataplane === undefined)
    return { link, state: "ok", says: "links, addresses and IPVS are not set up by bgp-lb (-network-setup=false)" };
  switch (dataplane.state) {
    case "verified":
      return { link, state: "ok", says: "address and IPVS were seen to stand" };
    case "torn down":
      return { link, state: "idle", says: "torn down, as it is to be" };
    case "unread":
      return {
        link,
        state: "broken",
        says: "the kernel could not be read, so nothing is verified",
        remedy: "the log says which command failed; bgp-lb doctor looks for what is missing",
      };
    case "broken":
      return {
        link,
        state: want === "withdraw" ? "idle" : "broken",
        says: `not complete: ${dataplane.lacks.join("; ")}`,
        remedy: mend(one, found),
      };
  }
}

/** What stands in the way of the steps that would mend it. */
function mend(one: ToldAnnouncement, found: StatusDocument, otherwise = PUT_BACK): string {
  const steps = failingSteps(one, found);
  if (steps.length > 0)
    return `a step fails, and is tried again: ${first(steps.map(([step, error]) => `${step}: ${error}`))}`;
  const conflicts = found.conflicts.filter(aboutIt(one));
  if (conflicts.length > 0) return conflicts.join("; ");
  return otherwise;
}

function failingSteps(one: ToldAnnouncement, { failing }: StatusDocument): readonly (readonly [string, string])[] {
  const about = aboutIt(one);
  return Object.entries(failing).filter(([step, error]) => about(`${step} ${error}`));
}

/** What is built first fails first; all else follows from it, and stands in the status. */
const MOST_STEPS = 2;

function first(steps: readonly string[]): string {
  const more = steps.length - MOST_STEPS;
  return `${steps.slice(0, MOST_STEPS).join("; ")}${more > 0 ? `; and ${more} more, see bgp-lb status` : ""}`;
}

const PUT_BACK =
  "it is put back with the next pass; if it stays so, something else takes it away: look who, with ip monitor";

/** Whether a line of the controller is about this VIP, by the names that it uses. */
function aboutIt({ prefix, services }: ToldAnnouncement): (line: string) => boolean {
  const names = new Set([prefix, prefix.split("/")[0], ...services]);
  return (line) => line.split(/[\s,;()[\]]+|:(?=\s|\d+\b)|\/(?=\d+\b)/).some((word) => names.has(word));
}

export function speakerLink(one: ToldAnnouncement, found: StatusDocument, events: readonly Event[]): ChainLink {
  const link = "gobgpd";
  const { prefix, state, reason, want } = one;
  const came = events.findLast(
    (event) => event.kind === "announcement" && event.prefix === prefix && event.to === state,
  );
  const took = came?.took === undefined ? "" : `; it was gone ${spanWords(came.took)} after its service changed`;
  if (!found.speakerUp) {
    const down = events.findLast(({ kind }) => kind === "gobgpd");
    const why = down?.to === "down" ? `: ${down.reason}` : "";
    const remedy =
      "is gobgpd running, and is its API where bgp.gobgp says? systemctl status bgp-lb-gobgpd gobgpd; bgp-lb doctor";
    return { link, state: "broken", says: `it cannot be read${why}`, remedy };
  }
  const broken = one.dataplane?.state === "broken";
  switch (state) {
    case "withdrawn":
      return { link, state: "idle", says: `has no path for it${sinceWords(one)}; none is wanted${took}` };
    case "lingering":
      return {
        link,
        state: "broken",
        says: `still has the path, and should not: ${reason}`,
        remedy: mend(
          one,
          found,
          `it is withdrawn with the next pass; if it stays so, look what else writes to gobgpd: ${gobgpLine(found.speakerApi, "global rib")}`,
        ),
      };
    case "altered":
      return {
        link,
        state: "broken",
        says: `has another path than it should${sinceWords(one)}: ${reason}`,
        remedy: `correct what changes it, or configure what it is to be; its policies: ${gobgpLine(found.speakerApi, "global policy")}`,
      };
    case "pending":
    case "unknown":
      return {
        link,
        // What failed before may fail for ever, as where a policy of gobgpd rejects the path.
        state: broken ? "idle" : failingSteps(one, found).length > 0 ? "broken" : "waiting",
        says: `has not got the path${sinceWords(one)}${broken ? "" : `: ${reason}`}`,
        remedy: `it is tried again by itself; ${mend(one, found, "the log says what gobgpd answers")}`,
      };
    case "accepted":
    case "sent":
    case "proven": {
      const worse = want === "keep" ? "; it stays until the checks have spoken" : "";
      return { link, state: "ok", says: `has the path, next hop ${one.nextHop}${worse}` };
    }
  }
}
