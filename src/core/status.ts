import type { Address, Prefix } from "./address.ts";
import { missing } from "./dataplane.ts";
import type { Announcement, Desired } from "./desired.ts";
import type { Against } from "./health.ts";
import type { Path } from "./path.ts";
import { describePath, samePath } from "./path.ts";
import type { PathProof, Proofs } from "./proof.ts";
import type { VirtualServiceStatus } from "./serving.ts";
import { serving } from "./serving.ts";
import type { Observed, Peer, SpeakerState } from "./state.ts";

/**
 * proven: a peer has acknowledged all that was written to it with the path. sent: a peer is sent it, and more cannot be proven from here.
 * accepted: gobgpd holds it, and no peer is known to have it yet. altered: gobgpd holds it with another next hop or other attributes than
 * it should. pending: wanted, not there yet. withdrawn: neither wanted nor there. lingering: not wanted (or not true) and still there.
 * unknown: gobgpd cannot be read.
 */
export const ANNOUNCEMENT_STATES = [
  "proven",
  "sent",
  "accepted",
  "altered",
  "pending",
  "withdrawn",
  "lingering",
  "unknown",
] as const;
export type AnnouncementState = (typeof ANNOUNCEMENT_STATES)[number];

/** What one peer has of a path. */
export interface PeerStatus {
  readonly address: Address;
  /** See PathProof; filtered: its session stands, and gobgpd does not send it the path. */
  readonly state: PathProof["state"] | "filtered" | "no session";
  /** One line: why it is not proven; empty when it is. */
  readonly reason: string;
  /** Since when it is in this state, on the clock, as far as this process has seen it. */
  readonly since?: number | undefined;
}

/** A peer of the status. */
export interface PeerSession extends Omit<Peer, "password"> {
  /** It has a password (TCP-MD5), of which no more is told. */
  readonly signed?: true;
  /** Since when its session is in this state, on the clock, as far as this process has seen it. */
  readonly since?: number | undefined;
}

export interface AnnouncementStatus {
  readonly prefix: Prefix;
  readonly nextHop: Address;
  readonly services: readonly string[];
  readonly state: AnnouncementState;
  /** Each peer of the status, in its order; none where gobgpd does not hold the path. */
  readonly peers: readonly PeerStatus[];
  /** One line: why it is in this state. */
  readonly reason: string;
  /** The checks that speak against it, where they decide. */
  readonly against?: readonly Against[];
  /** As in PeerStatus. */
  readonly since?: number | undefined;
  /** See Announcement. */
  readonly want?: Announcement["want"];
  /** undefined: links, addresses and IPVS are not ours to look at. */
  readonly dataplane?: DataplaneStatus | undefined;
}

/** Whether address and IPVS of a VIP were seen to stand. torn down: nothing of it is wanted, for it is drained, or this process leaves. */
export interface DataplaneStatus {
  readonly state: "verified" | "broken" | "unread" | "torn down";
  /** What is missing, in words; empty unless it is broken. */
  readonly lacks: readonly string[];
}

interface Heard extends Pick<AnnouncementStatus, "state"> {
  readonly peers: readonly Pick<PeerStatus, "state">[];
}

/** True where traffic has to be expected: a peer has the path, as far as anybody here can know. */
export function isAnnounced({ state, peers }: Heard): boolean {
  return state === "proven" || state === "sent" || (state === "altered" && peers.some(hasPath));
}

/** False where gobgpd is known not to hold the path: nothing is wanted, or it waits for its dataplane. */
export function mayBeHeld({ state, dataplane }: Pick<AnnouncementStatus, "state" | "dataplane">): boolean {
  return state !== "withdrawn" && (state !== "pending" || dataplane?.state !== "broken");
}

/** True where the peer has the path, as far as anybody here can know. */
export function hasPath({ state }: Pick<PeerStatus, "state">): boolean {
  return state === "proven" || state === "sent";
}

export interface Status {
  readonly announcements: readonly AnnouncementStatus[];
  /** Those of the config (managed) or of gobgpd (shared). */
  readonly peers: readonly PeerSession[];
  readonly speakerUp: boolean;
  /** See serving. */
  readonly virtualServices: readonly VirtualServiceStatus[];
  /** What stands in the way and is not ours. */
  readonly conflicts: readonly string[];
  /** Ops that failed and wait for their next try, with the error. */
  readonly failing: ReadonlyMap<string, string>;
  /** Ops that are still to be done, in words. */
  readonly left: readonly string[];
  /** Both halves were seen, and nothing is left to do. */
  readonly settled: boolean;
}

export type Found = Pick<Status, "conflicts" | "failing" | "left">;

/** What an operator may rely on after a pass: wanted against seen, and what is proven of the peers. */
export function summarise(desired: Desired, observed: Observed, proofs: Proofs, found: Found): Status {
  const speaker = observed.speaker === "absent" ? undefined : observed.speaker;
  const peers = peersOf(desired, speaker);
  return {
    announcements: [...desired.announcements.values()].map((one) => statusOf(one, desired, observed, peers, proofs)),
    peers,
    speakerUp: speaker !== undefined,
    virtualServices: serving(desired, observed),
    settled: observed.kernel !== undefined && observed.speaker !== undefined && found.left.length === 0,
    ...found,
  };
}

function peersOf({ mode, peers }: Desired, speaker: SpeakerState | undefined): readonly PeerSession[] {
  if (mode === "shared") return [...(speaker?.peers.values() ?? [])].map(told);
  return peers.map((peer) => {
    const { session = "unknown", establishedAt } = speaker?.peers.get(peer.address) ?? {};
    return told({ ...peer, session, ...(establishedAt !== undefined && { establishedAt }) });
  });
}

function told({ password, ...peer }: Peer): PeerSession {
  return { ...peer, ...(password !== undefined && { signed: true }) };
}

function statusOf(
  announcement: Announcement,
  desired: Desired,
  observed: Observed,
  among: readonly PeerSession[],
  proofs: Proofs,
): AnnouncementStatus {
  const { prefix, nextHop } = announcement.path;
  const { speaker } = observed;
  const there = typeof speaker === "object" ? speaker.paths.get(prefix) : undefined;
  const peers = there === undefined ? [] : among.map((peer) => peerStatus(peer, prefix, proofs));
  const lacks = observed.kernel === undefined ? [] : missing(announcement, desired, observed.kernel);
  const dataplane = dataplaneOf(announcement, desired, observed, lacks);
  const { services, against, want } = announcement;
  const reasons = against === undefined ? {} : { against };
  const base = { prefix, nextHop, services, peers, want, dataplane, ...reasons };
  if (speaker === undefined) return { ...base, state: "unknown", reason: "gobgpd cannot be read" };
  if (speaker === "absent") {
    if (announcement.want !== "announce") return { ...base, state: "withdrawn", reason: announcement.reason };
    return { ...base, state: "pending", reason: "gobgpd does not run" };
  }
  if (there === undefined) {
    if (announcement.want !== "announce") return { ...base, state: "withdrawn", reason: announcement.reason };
    return { ...base, state: "pending", reason: pendingReason(lacks, observed) };
  }
  if (announcement.want === "withdraw") return { ...base, state: "lingering", reason: announcement.reason };
  if (lacks.length > 0) return { ...base, state: "lingering", reason: `dataplane incomplete: ${lacks.join("; ")}` };
  if (!samePath(there, announcement.path))
    return { ...base, state: "altered", reason: alteredReason(there, announcement.path) };
  if (peers.some(({ state }) => state === "proven")) return { ...base, state: "proven", reason: announcement.reason };
  const sent = peers.find(({ state }) => state === "sent");
  if (sent !== undefined) return { ...base, state: "sent", reason: sent.reason };
  return { ...base, state: "accepted", reason: acceptedReason(peers) };
}

function dataplaneOf(
  { vips, virtualServices }: Announcement,
  { links }: Desired,
  { kernel }: Observed,
  lacks: readonly string[],
): DataplaneStatus | undefined {
  if (vips.length === 0 && virtualServices.length === 0) return undefined;
  if (kernel === undefined) return { state: "unread", lacks: [] };
  const wanted = vips.every(({ link, address }) => links.get(link)?.some((vip) => vip.address === address) === true);
  if (!wanted) return { state: "torn down", lacks: [] };
  return { state: lacks.length === 0 ? "verified" : "broken", lacks };
}

/** What speaks against it at the first of the peers that has come farthest. */
function acceptedReason(peers: readonly PeerStatus[]): string {
  const first =
    peers.find(({ state }) => state === "unacknowledged" || state === "stuck" || state === "held") ??
    peers.find(({ state }) => state === "filtered") ??
    peers[0];
  return first === undefined ? "gobgpd has no peer" : `peer ${first.address}: ${first.reason}`;
}

function peerStatus({ address, session }: PeerSession, prefix: Prefix, proofs: Proofs): PeerStatus {
  const proof = proofs.get(address)?.paths.get(prefix);
  if (proof !== undefined) return { address, state: proof.state, reason: proof.reason };
  if (session === "established" && proofs.get(address)?.session !== undefined)
    return {
      address,
      state: "filtered",
      reason:
        "gobgpd does not send it: a policy, another path that it prefers, or the session lacks its address family",
    };
  if (session === "established") return { address, state: "no session", reason: "the session has just changed" };
  return { address, state: "no session", reason: `no session, in state ${session}` };
}

function alteredReason(there: Path, wanted: Path): string {
  return `gobgpd has ${describePath(there)}, where ${describePath(wanted)} is configured: a policy of gobgpd, or another program`;
}

function pendingReason(lacks: readonly string[], observed: Observed): string {
  if (observed.kernel === undefined) return "the dataplane could not be read, so it is not verified";
  return lacks.length > 0 ? `dataplane incomplete: ${lacks.join("; ")}` : "gobgpd has not taken it yet";
}
