import type { Address, Prefix } from "./address.ts";
import { missing } from "./dataplane.ts";
import type { Announcement, Desired } from "./desired.ts";
import { describePath, samePath } from "./path.ts";
import type { Sent } from "./ports.ts";
import type { Observed, Peer, SpeakerState } from "./state.ts";

/**
 * sent: an established peer was sent the path. accepted: gobgpd holds it, no peer was sent it. pending: wanted, not there yet.
 * withdrawn: neither wanted nor there. lingering: not wanted (or not true) and still there. unknown: gobgpd cannot be read.
 */
export type AnnouncementState = "sent" | "accepted" | "pending" | "withdrawn" | "lingering" | "unknown";

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
  /** Those of the config (managed) or of gobgpd (shared). */
  readonly peers: readonly Peer[];
  readonly speakerUp: boolean;
  /** What stands in the way and is not ours. */
  readonly conflicts: readonly string[];
  /** Ops that failed and wait for their next try, with the error. */
  readonly failing: ReadonlyMap<string, string>;
  /** Ops that are still to be done, in words. */
  readonly left: readonly string[];
  /** Both halves were seen, and nothing is left to do. */
  readonly settled: boolean;
}

type Found = Pick<Status, "conflicts" | "failing" | "left">;

/** What an operator may rely on after a pass: wanted against seen, and what the peers were sent. */
export function summarise(desired: Desired, observed: Observed, sent: Sent, found: Found): Status {
  const speaker = observed.speaker === "absent" ? undefined : observed.speaker;
  return {
    announcements: [...desired.announcements.values()].map((one) => statusOf(one, desired, observed, sent)),
    peers: peersOf(desired, speaker),
    speakerUp: speaker !== undefined,
    settled: observed.kernel !== undefined && observed.speaker !== undefined && found.left.length === 0,
    ...found,
  };
}

function peersOf({ mode, peers }: Desired, speaker: SpeakerState | undefined): readonly Peer[] {
  if (mode === "shared") return [...(speaker?.peers.values() ?? [])];
  return peers.map((peer) => ({ ...peer, session: speaker?.peers.get(peer.address)?.session ?? "unknown" }));
}

function statusOf(announcement: Announcement, desired: Desired, observed: Observed, sent: Sent): AnnouncementStatus {
  const { prefix, nextHop } = announcement.path;
  const peers = [...sent].filter(([, prefixes]) => prefixes.has(prefix)).map(([peer]) => peer);
  const base = { prefix, nextHop, services: announcement.services, peers };
  const { speaker } = observed;
  if (speaker === undefined) return { ...base, peers: [], state: "unknown", reason: "gobgpd cannot be read" };
  if (speaker === "absent") {
    if (announcement.want !== "announce")
      return { ...base, peers: [], state: "withdrawn", reason: announcement.reason };
    return { ...base, peers: [], state: "pending", reason: "gobgpd does not run" };
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
    return { ...base, state: "pending", reason: `gobgpd has ${describePath(there)}` };
  if (peers.length > 0) return { ...base, state: "sent", reason: announcement.reason };
  return { ...base, state: "accepted", reason: "no peer with an established session was sent it" };
}

function pendingReason(lacks: readonly string[], observed: Observed): string {
  if (observed.kernel === undefined) return "the dataplane could not be read, so it is not verified";
  return lacks.length > 0 ? `dataplane incomplete: ${lacks.join("; ")}` : "gobgpd has not taken it yet";
}
