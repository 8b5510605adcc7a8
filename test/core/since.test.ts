import assert from "node:assert/strict";
import { test } from "node:test";
import type { Prefix } from "../../src/core/address.ts";
import { stamp } from "../../src/core/since.ts";
import type { AnnouncementState, PeerStatus, Status } from "../../src/core/status.ts";
import { ip } from "../support/world.ts";

const PEER = ip("10.88.0.253");

function status(state: AnnouncementState, at: PeerStatus["state"], session: "active" | "established"): Status {
  const peer = { address: PEER, state: at, reason: `${at} ${session}` };
  const prefix = "10.88.2.1/32" as Prefix;
  return {
    announcements: [{ prefix, nextHop: ip("10.88.0.200"), services: ["web"], state, peers: [peer], reason: "" }],
    peers: [{ address: PEER, as: 65512, port: 179, session }],
    speakerUp: true,
    virtualServices: [],
    conflicts: [],
    failing: new Map(),
    left: [],
    settled: true,
  };
}

test("each thing counts from where it came into its state, whatever else changes", () => {
  const times = ({ announcements: [vip], peers }: Status) => [vip?.since, vip?.peers[0]?.since, peers[0]?.since];
  const first = stamp(undefined, status("accepted", "no session", "active"), 10);
  assert.deepEqual(times(first), [10, 10, 10]);
  const up = stamp(first, status("accepted", "unacknowledged", "established"), 20);
  assert.deepEqual(times(up), [10, 20, 20]);
  const proven = stamp(up, status("proven", "proven", "established"), 30);
  assert.deepEqual(times(proven), [30, 30, 20]);
  assert.deepEqual(times(stamp(proven, status("proven", "proven", "established"), 40)), [30, 30, 20]);
});
