import assert from "node:assert/strict";
import { test } from "node:test";
import type { Prefix } from "../../src/core/address.ts";
import type { Desired, Intent, ServiceHealth } from "../../src/core/desired.ts";
import { derive } from "../../src/core/desired.ts";
import { forecast } from "../../src/core/forecast.ts";
import { after } from "../../src/core/model.ts";
import { OWNS_NOTHING } from "../../src/core/ownership.ts";
import type { PathProof, Proofs } from "../../src/core/proof.ts";
import type { Observed, SpeakerState } from "../../src/core/state.ts";
import type { AnnouncementState, DataplaneStatus, PeerStatus } from "../../src/core/status.ts";
import { mayBeHeld, summarise } from "../../src/core/status.ts";
import { BARE, EMPTY_KERNEL, health, intent, ip, service } from "../support/world.ts";

const PREFIX = "10.88.2.1/32" as Prefix;
const PEER = ip("10.88.0.253");
const WANTED = intent([service("web", ["10.88.2.1"])]);
const FOUND = { conflicts: [], failing: new Map(), left: [] };

/** What is known of a session that is sent this path. */
function proofs(prefix: Prefix, state: PathProof["state"], reason = ""): Proofs {
  const seen = { text: "", since: 0, before: 0, state, reason };
  return new Map([[PEER, { session: "1", updates: 1, paths: new Map([[prefix, seen]]), leaving: new Map() }]]);
}

const TOLD = proofs(PREFIX, "proven");
const NO_SOCKET = "no socket";
const UNPROVABLE = proofs(PREFIX, "sent", NO_SOCKET);
const UNACKNOWLEDGED = proofs(PREFIX, "unacknowledged", "on its way");
const STUCK = proofs(PREFIX, "stuck", "it hangs");
/** A session that is sent other paths only. */
const NOT_TOLD = proofs("10.88.2.9/32" as Prefix, "proven");

const desire = (verdict: ServiceHealth["verdict"], over: Partial<Intent> = {}) =>
  derive({ ...WANTED, ...over }, health({ web: verdict }), "serving", true);

const STANDS = after(BARE, forecast(desire("up"), BARE, OWNS_NOTHING));
const GOBGPD = STANDS.speaker as SpeakerState;
const ESTABLISHED: SpeakerState = {
  ...GOBGPD,
  peers: new Map([[PEER, { address: PEER, as: 65512, port: 179, session: "established" }]]),
};
const NO_PATH: SpeakerState = { ...GOBGPD, paths: new Map() };
const OTHER_HOP: SpeakerState = {
  ...GOBGPD,
  paths: new Map([[PREFIX, { prefix: PREFIX, nextHop: ip("10.88.0.9") }]]),
};
const UP = "web is up: a test says so";
const DOWN = "web is down: a test says so";
const UNKNOWN = "web is unknown: a test says so";
const BROKEN = "dataplane incomplete: link web is absent; virtual service tcp 10.88.2.1:80 is absent";

interface Case {
  readonly wants: ServiceHealth["verdict"];
  readonly speaker: Observed["speaker"];
  /** Whole unless told otherwise. */
  readonly kernel?: "whole" | "broken" | "unread";
  readonly sent?: Proofs;
  readonly state: AnnouncementState;
  readonly reason: string;
  readonly peers?: PeerStatus["state"];
}

const DATAPLANE: Readonly<Record<NonNullable<Case["kernel"]>, DataplaneStatus>> = {
  whole: { state: "verified", lacks: [] },
  broken: { state: "broken", lacks: ["link web is absent", "virtual service tcp 10.88.2.1:80 is absent"] },
  unread: { state: "unread", lacks: [] },
};
const UNREAD = "gobgpd cannot be read";
const NO_SESSION = `peer ${PEER}: no session, in state idle`;
const FILTERED = `peer ${PEER}: gobgpd does not send it: a policy, another path that it prefers, or the session lacks its address family`;
const NOT_RUNNING = "gobgpd does not run";
const UNVERIFIED = "the dataplane could not be read, so it is not verified";
const NOT_TAKEN = "gobgpd has not taken it yet";

const CASES: readonly Case[] = [
  { wants: "up", speaker: undefined, sent: TOLD, state: "unknown", reason: UNREAD },
  { wants: "down", speaker: undefined, state: "unknown", reason: UNREAD },
  { wants: "up", speaker: "absent", sent: TOLD, state: "pending", reason: NOT_RUNNING },
  { wants: "down", speaker: "absent", sent: TOLD, state: "withdrawn", reason: DOWN },
  { wants: "unknown", speaker: "absent", state: "withdrawn", reason: UNKNOWN },
  { wants: "up", speaker: NO_PATH, state: "pending", reason: NOT_TAKEN },
  { wants: "up", speaker: NO_PATH, kernel: "broken", state: "pending", reason: BROKEN },
  { wants: "up", speaker: NO_PATH, kernel: "unread", state: "pending", reason: UNVERIFIED },
  { wants: "down", speaker: NO_PATH, state: "withdrawn", reason: DOWN },
  { wants: "unknown", speaker: NO_PATH, state: "withdrawn", reason: UNKNOWN },
  { wants: "down", speaker: GOBGPD, sent: TOLD, state: "lingering", reason: DOWN, peers: "proven" },
  { wants: "down", speaker: GOBGPD, kernel: "broken", state: "lingering", reason: DOWN },
  { wants: "up", speaker: GOBGPD, kernel: "broken", sent: TOLD, state: "lingering", reason: BROKEN, peers: "proven" },
  { wants: "unknown", speaker: GOBGPD, kernel: "broken", state: "lingering", reason: BROKEN },
  {
    wants: "up",
    speaker: OTHER_HOP,
    sent: TOLD,
    state: "altered",
    reason:
      "gobgpd has next hop 10.88.0.9, where next hop 10.88.0.200 is configured: a policy of gobgpd, or another program",
    peers: "proven",
  },
  { wants: "up", speaker: GOBGPD, sent: TOLD, state: "proven", reason: UP, peers: "proven" },
  { wants: "unknown", speaker: GOBGPD, sent: TOLD, state: "proven", reason: UNKNOWN, peers: "proven" },
  { wants: "up", speaker: GOBGPD, kernel: "unread", sent: TOLD, state: "proven", reason: UP, peers: "proven" },
  { wants: "up", speaker: GOBGPD, sent: UNPROVABLE, state: "sent", reason: NO_SOCKET, peers: "sent" },
  {
    wants: "up",
    speaker: GOBGPD,
    sent: UNACKNOWLEDGED,
    state: "accepted",
    reason: `peer ${PEER}: on its way`,
    peers: "unacknowledged",
  },
  { wants: "up", speaker: GOBGPD, sent: STUCK, state: "accepted", reason: `peer ${PEER}: it hangs`, peers: "stuck" },
  { wants: "up", speaker: ESTABLISHED, sent: NOT_TOLD, state: "accepted", reason: FILTERED, peers: "filtered" },
  { wants: "up", speaker: GOBGPD, state: "accepted", reason: NO_SESSION },
];

for (const { wants, speaker, kernel = "whole", sent = new Map(), state, reason, peers = "no session" } of CASES) {
  const gobgpd =
    typeof speaker === "object"
      ? ([...speaker.paths.values()][0]?.nextHop ?? "without the path")
      : (speaker ?? "unread");
  const told = sent === NOT_TOLD ? "others sent" : (sent.get(PEER)?.paths.get(PREFIX)?.state ?? "nothing sent");
  test(`service ${wants}, kernel ${kernel}, gobgpd ${gobgpd}, ${told}: ${state}`, () => {
    const seen = kernel === "whole" ? STANDS.kernel : kernel === "broken" ? EMPTY_KERNEL : undefined;
    const status = summarise(desire(wants), { kernel: seen, speaker }, sent, FOUND);
    const holds = typeof speaker === "object" && speaker.paths.has(PREFIX);
    assert.deepEqual(
      status.announcements.map((one) => ({ ...one, peers: one.peers.map((peer) => `${peer.address} ${peer.state}`) })),
      [
        {
          prefix: PREFIX,
          nextHop: "10.88.0.200",
          services: ["web"],
          state,
          reason,
          peers: holds ? [`${PEER} ${peers}`] : [],
          want: { up: "announce", down: "withdraw", unknown: "keep" }[wants],
          dataplane: DATAPLANE[kernel],
        },
      ],
    );
    assert.equal(status.speakerUp, typeof speaker === "object");
    assert.equal(status.settled, kernel !== "unread" && speaker !== undefined);
  });
}

test("what is left to do is not settled, and what was found is passed on", () => {
  const found = { conflicts: ["in the way"], failing: new Map([["an op", "an error"]]), left: ["an op"] };
  const status = summarise(desire("up"), STANDS, new Map(), found);
  assert.equal(status.settled, false);
  assert.deepEqual([status.conflicts, status.failing, status.left], [found.conflicts, found.failing, found.left]);
});

test("peers: those of the config with their sessions in managed mode, gobgpd's own in shared mode", () => {
  const stranger = { address: ip("10.88.0.9"), as: 64999, port: 179, session: "active" } as const;
  const ours = { address: PEER, as: 65512, port: 179, session: "established" } as const;
  const peers = new Map([stranger, ours].map((peer) => [peer.address, peer]));
  const of = (mode: Intent["mode"], speaker: Observed["speaker"]) =>
    summarise(desire("up", { mode }), { kernel: EMPTY_KERNEL, speaker }, new Map(), FOUND).peers;
  assert.deepEqual(of("managed", { ...GOBGPD, peers }), [ours]);
  assert.deepEqual(
    of("managed", NO_PATH).map((peer) => peer.session),
    ["idle"],
  );
  assert.deepEqual(of("managed", { ...GOBGPD, peers: new Map() }), [{ ...ours, session: "unknown" }]);
  assert.deepEqual(of("managed", "absent"), [{ ...ours, session: "unknown" }]);
  assert.deepEqual(of("managed", undefined), [{ ...ours, session: "unknown" }]);
  assert.deepEqual(of("shared", { ...GOBGPD, peers }), [stranger, ours]);
  assert.deepEqual(of("shared", "absent"), []);
  assert.deepEqual(of("shared", undefined), []);
});

test("of what its checks keep back each check that speaks against it is named, with why and since when; of what is announced none", () => {
  const check = { verdict: "down", streak: 3, at: 9, stale: false } as const;
  const bad = { ...check, name: "http :80", reason: "refused", since: 5 };
  const old = { ...check, name: "exec", reason: "stale: no result", since: 2, stale: true };
  const good = { ...check, name: "ping", verdict: "up", reason: "", since: 1 } as const;
  const against = (verdict: ServiceHealth["verdict"], both: Partial<Intent> = {}) => {
    const health = new Map([["web", { verdict, reason: "", checks: [bad, good, old] }]]);
    const wanted = derive({ ...WANTED, ...both }, health, "serving", true);
    return summarise(wanted, BARE, new Map(), FOUND).announcements[0]?.against;
  };
  assert.deepEqual(against("down"), [
    { service: "web", check: "http :80", reason: "refused", stale: false, since: 5 },
    { service: "web", check: "exec", reason: "stale: no result", stale: true, since: 2 },
  ]);
  assert.equal(against("up"), undefined);
  const two = against("down", { services: [service("web", ["10.88.2.1"]), service("dns", ["10.88.2.1"])] });
  assert.deepEqual(
    two?.map((one) => one.check),
    ["http :80", "exec"],
  );
});

test("a drained service's dataplane is torn down on purpose; without network setup there is none to look at", () => {
  const of = (wanted: Desired) => summarise(wanted, STANDS, new Map(), FOUND).announcements[0]?.dataplane;
  const gone = derive(WANTED, health({ web: "up" }), "gone", true);
  assert.deepEqual(of(gone), { state: "torn down", lacks: [] });
  assert.equal(of(desire("up", { network: false })), undefined);
});

test("what waits for its dataplane is not in gobgpd, and what is withdrawn; of all else nobody knows, or it is", () => {
  const held = ({ speaker, kernel = "whole", wants }: Pick<Case, "speaker" | "kernel" | "wants">) => {
    const seen = kernel === "whole" ? STANDS.kernel : EMPTY_KERNEL;
    return summarise(desire(wants), { kernel: seen, speaker }, new Map(), FOUND).announcements.map(mayBeHeld);
  };
  assert.deepEqual(held({ wants: "up", speaker: NO_PATH, kernel: "broken" }), [false]);
  assert.deepEqual(held({ wants: "down", speaker: NO_PATH }), [false]);
  assert.deepEqual(held({ wants: "up", speaker: GOBGPD, kernel: "broken" }), [true]);
  assert.deepEqual(held({ wants: "up", speaker: OTHER_HOP }), [true]);
  assert.deepEqual(held({ wants: "up", speaker: undefined, kernel: "broken" }), [true]);
  assert.deepEqual(held({ wants: "up", speaker: "absent" }), [true]);
});
