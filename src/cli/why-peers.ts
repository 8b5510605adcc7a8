import type { Dated, StatusDocument, ToldAnnouncement } from "../admin/api.ts";
import type { Prefix } from "../core/address.ts";
import type { PeerSession, PeerStatus } from "../core/status.ts";
import type { ChainLink } from "./chain-link.ts";
import { sinceWords } from "./chain-link.ts";
import { gobgpLine } from "./gobgp-line.ts";

/** Each peer: whether it has the path, and why not. */
export function peerLinks(one: ToldAnnouncement, { peers, speakerApi }: StatusDocument): readonly ChainLink[] {
  if (peers.length === 0)
    return [
      {
        link: "peer",
        state: "broken",
        says: "gobgpd has no peer",
        remedy: "add one to bgp.peers, or to gobgpd's own config where bgp.mode is shared",
      },
    ];
  const held = one.state !== "withdrawn" && one.state !== "pending" && one.state !== "unknown";
  return peers.map((peer): ChainLink => {
    const at = one.peers.find(({ address }) => address === peer.address);
    if (held && at !== undefined) return pathLink(at, peer, one, speakerApi);
    const says = `${peer.address}: session ${peer.session}${sinceWords(peer)}`;
    return { link: "peer", state: "idle", says };
  });
}

function pathLink(
  at: Dated<PeerStatus>,
  peer: Dated<PeerSession>,
  { prefix }: ToldAnnouncement,
  api: string,
): ChainLink {
  // Where there is no session the reason says that first.
  const why = at.reason.replace(`${at.state}, `, "");
  const says = `${peer.address}: ${at.state}${sinceWords(at)}${why === "" ? "" : `: ${why}`}`;
  switch (at.state) {
    case "proven":
    case "sent":
      return { link: "peer", state: "ok", says };
    case "unacknowledged":
      return { link: "peer", state: "waiting", says, remedy: "wait some seconds for its acknowledgement" };
    case "stuck":
      return {
        link: "peer",
        state: "broken",
        says,
        remedy: `look at the way to ${peer.address} and at the router: ping it, and see whether its BGP process hangs`,
      };
    case "held":
      return {
        link: "peer",
        state: "waiting",
        says,
        remedy: `look which peer with graceful restart has no session, and mend it or take it out of gobgpd's config; a shorter deferral-time there helps the next time: ${gobgpLine(api, "neighbor")}`,
      };
    case "filtered":
      return {
        link: "peer",
        state: "broken",
        says,
        remedy: `look at gobgpd's policies, for a path that it prefers (${gobgpLine(api, ribWords(prefix))}), and whether both sides speak the address family: ${gobgpLine(api, `neighbor ${peer.address}`)}`,
      };
    case "no session":
      return {
        link: "peer",
        state: "broken",
        says,
        remedy: `look on the router whether it has this host as a neighbour with AS ${peer.as} as its own and ${terms(peer)}, and whether TCP port ${peer.port} gets through; what gobgpd says: ${gobgpLine(api, `neighbor ${peer.address}`)}`,
      };
  }
}

function ribWords(prefix: Prefix): string {
  return `global rib ${prefix}${prefix.includes(":") ? " -a ipv6" : ""}`;
}

/** What has to be the same on both sides, and is not told by the side that drops the packets. */
function terms({ signed, ttlSecurity, multihop }: Dated<PeerSession>): string {
  return [
    signed === true ? "the password of its passwordFile here (TCP-MD5)" : "no password (TCP-MD5)",
    ...(ttlSecurity === undefined ? [] : ["TTL security as well"]),
    ...(multihop === undefined ? [] : ["multihop as well"]),
  ].join(", ");
}
