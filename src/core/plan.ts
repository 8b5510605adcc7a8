import type { Prefix } from "./address.ts";
import { missing } from "./dataplane.ts";
import type { DepartureOver } from "./departure.ts";
import type { Desired } from "./desired.ts";
import type { Op, SpeakerOp } from "./op.ts";
import type { Ownership } from "./ownership.ts";
import { samePath } from "./path.ts";
import { samePeer } from "./peer.ts";
import { build, isBuilding } from "./plan-build.ts";
import { tearDown } from "./plan-teardown.ts";
import { Repairs } from "./repairs.ts";
import type { Observed, SpeakerState } from "./state.ts";

export interface Patience {
  /** True for an op that failed and has to wait for its next try: nobody may count on it now. */
  readonly blocked: (op: Op) => boolean;
  /** True for a VIP whose dataplane was not seen to be whole for too long: it is withdrawn, be its repair at hand or not. */
  readonly over?: (prefix: Prefix) => boolean;
  /** Real servers that leave and have waited for their last connections for long enough; none unless given. */
  readonly departed?: DepartureOver;
  /** The hold since the last withdrawal is over: routers had time to move their flows. */
  readonly tearDown: boolean;
}

/**
 * The ordered difference between what should be and what is, as far as it may be done now: withdraw, start BGP, build, announce what
 * was seen to be complete, peers, tear down. Applying it, observing again and planning again ends in an empty plan.
 */
export function plan(desired: Desired, observed: Observed, owned: Ownership, patience: Patience): readonly Op[] {
  const { kernel } = observed;
  const speaker = drivable(desired, observed);
  const departed = patience.departed ?? (() => false);
  const building = kernel === undefined ? [] : build(desired, kernel, owned, departed);
  const repairs = new Repairs(building, patience.blocked);
  const withdrawals = withdraw(desired, observed, owned, repairs, patience.over ?? (() => false));
  const ops: Op[] = [...withdrawals];
  if (speaker !== undefined) ops.push(...start(desired, speaker));
  ops.push(...building);
  if (speaker !== undefined) {
    ops.push(...announce(desired, observed, speaker));
    // A peer that comes before the paths that are about to be built hears of an empty table first.
    const pathsAreIn = !building.some((op) => isBuilding(op) && !patience.blocked(op));
    ops.push(...peers(desired, speaker, owned, pathsAreIn));
  }
  if (kernel !== undefined && patience.tearDown && withdrawals.length === 0) {
    ops.push(...tearDown(desired, kernel, observed.speaker, owned, departed));
  }
  return ops;
}

/** undefined where gobgpd cannot be read, or is not ours to drive: `conflicts` says which. */
function drivable(desired: Desired, observed: Observed): SpeakerState | undefined {
  const { speaker } = observed;
  if (speaker === undefined || speaker === "absent") return undefined;
  const { identity } = speaker;
  if (desired.mode === "shared" && identity === undefined) return undefined;
  if (identity === undefined || desired.identity === undefined) return speaker;
  return identity.as === desired.identity.as && identity.routerId === desired.identity.routerId ? speaker : undefined;
}

/** Whatever else gobgpd is, a path of ours that is not true has to leave it: not even an identity that is not ours stands in the way. */
function withdraw(
  desired: Desired,
  observed: Observed,
  owned: Ownership,
  repairs: Repairs,
  over: (prefix: Prefix) => boolean,
): SpeakerOp[] {
  const { speaker } = observed;
  if (speaker === undefined || speaker === "absent") return [];
  const unwanted = (prefix: Prefix): boolean => {
    const announcement = desired.announcements.get(prefix);
    if (announcement === undefined) return owned.prefixes.has(prefix);
    if (announcement.want === "withdraw" || (announcement.vips.length > 0 && over(prefix))) return true;
    const broken = observed.kernel !== undefined && missing(announcement, desired, observed.kernel).length > 0;
    return broken && !repairs.mend(announcement);
  };
  return [...speaker.paths.keys()]
    .filter(unwanted)
    .map((prefix) => ({ target: "speaker", kind: "path.withdraw", prefix }));
}

/** The policy comes before the first path and the first peer: without it gobgpd passes one peer's routes on to the next. */
function start(desired: Desired, speaker: SpeakerState): SpeakerOp[] {
  if (desired.mode === "shared" || desired.identity === undefined || !desired.mayStart) return [];
  const ops: SpeakerOp[] = [];
  if (speaker.identity === undefined) ops.push({ target: "speaker", kind: "bgp.start", identity: desired.identity });
  if (!speaker.originatorOnly) ops.push({ target: "speaker", kind: "policy.set" });
  return ops;
}

function announce(desired: Desired, observed: Observed, speaker: SpeakerState): SpeakerOp[] {
  const { kernel } = observed;
  if (kernel === undefined) return [];
  return [...desired.announcements.values()]
    .filter((announcement) => announcement.want === "announce")
    .filter(({ path }) => {
      const there = speaker.paths.get(path.prefix);
      return there === undefined || !samePath(there, path);
    })
    .filter((announcement) => missing(announcement, desired, kernel).length === 0)
    .map(({ path }) => ({ target: "speaker", kind: "path.announce", path }));
}

/** Peers come after the policy was seen to stand: without it gobgpd passes the routes of one on to the next. */
function peers(desired: Desired, speaker: SpeakerState, owned: Ownership, pathsAreIn: boolean): SpeakerOp[] {
  if (desired.mode === "shared") return [];
  const ops: SpeakerOp[] = [];
  for (const peer of desired.peers) {
    const there = speaker.peers.get(peer.address);
    if (there === undefined) {
      if (desired.peersMayStart && pathsAreIn && speaker.originatorOnly)
        ops.push({ target: "speaker", kind: "peer.add", peer });
    } else if (!samePeer(there, peer)) {
      ops.push({ target: "speaker", kind: "peer.update", peer });
    }
  }
  const wanted = new Set(desired.peers.map((peer) => peer.address));
  for (const address of speaker.peers.keys()) {
    if (!wanted.has(address) && owned.peers.has(address)) ops.push({ target: "speaker", kind: "peer.delete", address });
  }
  return ops;
}
