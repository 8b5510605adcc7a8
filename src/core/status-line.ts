import type { AnnouncementStatus, Status } from "./status.ts";
import { isAnnounced } from "./status.ts";

/** A reason longer than this is cut: the line has to fit a terminal's width or two. */
const MAX_REASON = 160;

/** The state of this host in one line: how many VIPs are announced, why the first of the others is not, the peers, and what is in trouble. */
export function statusLine({ announcements, peers, speakerUp, conflicts, failing }: Status): string {
  const held = announcements.filter((one) => !isAnnounced(one));
  const [first] = held;
  const established = peers.filter((peer) => peer.session === "established").length;
  const doubtful = announcements.filter(({ state }) => state === "unknown").length;
  const parts = [
    `${announcements.length - held.length} of ${count(announcements.length, "VIP")} announced${doubtful > 0 ? `, ${doubtful} not known` : ""}`,
  ];
  if (speakerUp || peers.length > 0) parts.push(`${established} of ${count(peers.length, "peer")} established`);
  if (!speakerUp) parts.push("gobgpd cannot be read");
  // While gobgpd cannot be read the reason of each is just that.
  if (first !== undefined && first.state !== "unknown") parts.push(whyNot(first, held.length - 1));
  if (conflicts.length > 0) parts.push(`${count(conflicts.length, "conflict")} with what is not ours`);
  if (failing.size > 0) parts.push(`${count(failing.size, "step")} failing`);
  return parts.join("; ");
}

function whyNot({ prefix, state, reason }: AnnouncementStatus, more: number): string {
  const cut = reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON)}...` : reason;
  return `${prefix} ${state}: ${cut}${more > 0 ? ` (and ${more} more)` : ""}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
