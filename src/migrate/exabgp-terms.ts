import type { DraftPeer } from "./draft.ts";
import type { Neighbor } from "./neighbor.ts";
import { numberIn, statementIn } from "./neighbor.ts";

/** The statements that are read here. */
export const TERMS = ["hold-time", "md5-password", "incoming-ttl", "outgoing-ttl"] as const;
type Terms = Pick<DraftPeer, "passwordFile" | "holdTime" | "multihop" | "ttlSecurity">;
type Say = (key: (typeof TERMS)[number], says: string) => void;

/** What a session with this neighbor is held to; the comments tell what of it has to be done by hand. */
export function termsOf(neighbor: Neighbor, file: string, comments: string[]): Terms {
  const say: Say = (key, says) => {
    comments.push(`${file}:${statementIn(neighbor.settings, key)?.line}: ${key}: ${says}`);
  };
  return { ...passwordOf(neighbor, say), ...holdTimeOf(neighbor, say), ...ttlOf(neighbor, say, comments) };
}

function passwordOf({ address, settings }: Neighbor, say: Say): Terms {
  if (statementIn(settings, "md5-password") === undefined) return {};
  const passwordFile = `${address.replaceAll(":", "-")}.password`;
  say(
    "md5-password",
    `is not copied, and not shown here: write it into ${passwordFile} beside the config, with install -m 640 -g bgp-lb /dev/stdin ${passwordFile}, then the password, Enter and Ctrl-D`,
  );
  return { passwordFile };
}

function holdTimeOf({ settings }: Neighbor, say: Say): Terms {
  const holdTime = numberIn(settings, "hold-time");
  if (holdTime === undefined || holdTime >= 3) return holdTime === undefined ? {} : { holdTime };
  say("hold-time", "gobgpd cannot be told that no time is too long; its own is used, 90 s");
  return {};
}

function ttlOf({ settings }: Neighbor, say: Say, comments: string[]): Terms {
  const [incoming, outgoing] = [numberIn(settings, "incoming-ttl"), numberIn(settings, "outgoing-ttl")];
  if (incoming !== undefined && incoming >= 2 && incoming <= 255) {
    if (outgoing !== undefined && outgoing !== 255)
      say("outgoing-ttl", "beside ttlSecurity packets leave with TTL 255");
    return { ttlSecurity: 256 - incoming };
  }
  // Between hosts of one AS gobgpd counts no hops either.
  if (numberIn(settings, "peer-as") === numberIn(settings, "local-as")) return {};
  if (outgoing !== undefined) return outgoing >= 2 ? { multihop: outgoing } : {};
  comments.push(
    "ExaBGP's packets to a router of another AS go over any number of hops, and gobgpd's over one: a peer that is not on the same network needs multihop",
  );
  return {};
}
