import type { AnnouncementStatus, PeerSession, PeerStatus, Status } from "./status.ts";

/** The status of now, each thing in it with since when it is in its state: as `before` told, where it is in the same one, else from `now` (the clock's) on. */
export function stamp(before: Status | undefined, status: Status, now: number): Status {
  const announcements = new Map(before?.announcements.map((one) => [one.prefix, one]));
  const peers = new Map(before?.peers.map((one) => [one.address, one]));
  return {
    ...status,
    announcements: status.announcements.map((one) => stampAnnouncement(announcements.get(one.prefix), one, now)),
    peers: status.peers.map((one): PeerSession => {
      const known = peers.get(one.address);
      return { ...one, since: known?.session === one.session ? known.since : now };
    }),
  };
}

function stampAnnouncement(
  before: AnnouncementStatus | undefined,
  one: AnnouncementStatus,
  now: number,
): AnnouncementStatus {
  const peers = new Map(before?.peers.map((peer) => [peer.address, peer]));
  return {
    ...one,
    since: before?.state === one.state ? before.since : now,
    peers: one.peers.map((peer): PeerStatus => {
      const known = peers.get(peer.address);
      return { ...peer, since: known?.state === peer.state ? known.since : now };
    }),
  };
}
