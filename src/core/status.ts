import type { Address, Prefix } from "./address.ts";
import { missing } from "./dataplane.ts";
import type { Announcement, Desired } from "./desired.ts";
import { samePath } from "./path.ts";
import type { Sent } from "./ports.ts";
import type { Observed, Peer } from "./state.ts";

/**
 * sent: an established peer was sent the path. accepted: gobgpd holds it, no peer was sent it. pending: wanted, not there yet.
 * withdrawn: neither wanted nor there. lingering: not wanted (or not true) and still there.
 */
export type AnnouncementState = "sent" | "accepted" | "pending" | "withdrawn" | "lingering";

export interface AnnouncementStatus {
  readonly prefix: Prefix;
  readonly nextHop: Address;
  readonly services: readonly string[];
  readonly state: AnnouncementState;
  /** Peers with an established session that were sent the path (adj-out). */
  readonly peers: readonly Address[];
  /** One line: why it is in this state. */
  readonly reason: string;
}

export interface Status {
  readonly announcements: readonly AnnouncementStatus[];
  readonly peers: readonly Peer[];
  readonly speakerUp: boolean;
  /** What stands in the way and is not ours. */
  readonly conflicts: readonly string[];
  /** Ops that failed and wait for their next try, with the error. */
  readonly failing: ReadonlyMap<string, string>;
}

type Found = Pick<Status, "conflicts" | "failing">;

/** What an operator may rely on after a pass: wanted against seen, and what the peers were sent. */
export function summarise(desired: Desired, observed: Observed, sent: Sent, found: Found): Status {
  const speaker = observed.speaker === "absent" ? undefined : observed.speaker;
  return {
    announcements: [...desired.announcements.values()].map((one) => statusOf(one, desired, observed, sent)),
    peers: [...(speaker?.peers.values() ?? [])],
    speakerUp: speaker !== undefined,
    ...found,
  };
}

function statusOf(announcement: Announcement, desired: Desired, observed: Observed, sent: Sent): AnnouncementStatus {
  const { prefix, nextHop } = announcement.path;
  const peers = [...sent].filter(([, prefixes]) => prefixes.has(prefix)).map(([peer]) => peer);
  const base = { prefix, nextHop, services: announcement.services, peers };
  const { speaker } = observed;
  if (speaker === undefined || speaker === "absent") {
    const state = announcement.want === "withdraw" ? "withdrawn" : "pending";
    const reason = announcement.want === "announce" ? "gobgpd is not reachable" : announcement.reason;
    return { ...base, peers: [], state, reason };
  }
  const there = speaker.paths.get(prefix);
  const lacks = observed.kernel === undefined ? [] : missing(announcement, desired, observed.kernel);
  if (there === undefined) {
    if (announcement.want !== "announce") return { ...base, state: "withdrawn", reason: announcement.reason };
    return { ...base, state: "pending", reason: pendingReason(lacks, observed) };
  }
  if (announcement.want === "withdraw") return { ...base, state: "lingering", reason: announcement.reason };
  if (lacks.length > 0) return { ...base, state: "lingering", reason: `dataplane incomplete: ${lacks.join("; ")}` };
  if (!samePath(there, announcement.path))
    return { ...base, state: "pending", reason: `gobgpd has next hop ${there.nextHop}` };
  if (peers.length > 0) return { ...base, state: "sent", reason: announcement.reason };
  return { ...base, state: "accepted", reason: "no peer with an established session was sent it" };
}

function pendingReason(lacks: readonly string[], observed: Observed): string {
  if (observed.kernel === undefined) return "the dataplane could not be read, so it is not verified";
  return lacks.length > 0 ? `dataplane incomplete: ${lacks.join("; ")}` : "gobgpd has not taken it yet";
}
