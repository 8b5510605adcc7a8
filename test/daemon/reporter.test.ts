import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address, Prefix } from "../../src/core/address.ts";
import { derive } from "../../src/core/desired.ts";
import type { Op } from "../../src/core/op.ts";
import type { PeerStatus } from "../../src/core/status.ts";
import { Reporter } from "../../src/daemon/reporter.ts";
import { recordingLog } from "../support/log.ts";
import { health, intent, service } from "../support/world.ts";

const desired = derive(intent([service("web", ["10.88.2.1"])]), health({ web: "up" }), "serving", true);

function told(tell: (reporter: Reporter) => void): string[] {
  const { logger, lines } = recordingLog();
  tell(new Reporter(logger));
  return lines;
}

test("a thousand changes are twenty lines and a number", () => {
  const results = Array.from({ length: 1000 }, (_, n) => ({
    op: { target: "kernel", kind: "link.add", link: `l${n}` } as Op,
    ok: true as const,
  }));
  const lines = told((reporter) =>
    reporter.results(
      results,
      results.map(() => ({ kind: "ok" }) as const),
      desired,
    ),
  ).filter((line) => line.startsWith("info"));
  assert.equal(lines.length, 21);
  assert.match(lines[20] ?? "", /and 980 more changes/);
});

test("an announcement says what speaks for it, a failure what it was, and the same failure is told once", () => {
  const path = [...desired.announcements.values()][0]?.path ?? assert.fail();
  const op: Op = { target: "speaker", kind: "path.announce", path };
  const lines = told((reporter) => {
    reporter.results([{ op, ok: true }], [{ kind: "ok" }], desired);
    reporter.results([{ op, ok: false, error: "refused" }], [{ kind: "failed", tries: 1, pause: 1_000 }], desired);
    reporter.results(
      [{ op, ok: false, error: "refused" }],
      [{ kind: "still failing", tries: 2, pause: 2_000 }],
      desired,
    );
    reporter.results([{ op, ok: true }], [{ kind: "recovered" }], desired);
  });
  assert.deepEqual(
    lines.filter((line) => !line.startsWith("debug")),
    [
      "info announce 10.88.2.1/32 next hop 10.88.0.200 (web is up: a test says so)",
      "error cannot announce 10.88.2.1/32 next hop 10.88.0.200: refused; next try in 1 s",
      "info announce 10.88.2.1/32 next hop 10.88.0.200 (web is up: a test says so) (after failing before)",
    ],
  );
});

test("a thousand failures for one reason are one line", () => {
  const results = Array.from({ length: 1000 }, (_, n) => ({
    op: { target: "kernel", kind: "link.add", link: `l${n}` } as Op,
    ok: false as const,
    error: "needs CAP_NET_ADMIN",
  }));
  const lines = told((reporter) =>
    reporter.results(
      results,
      results.map(() => ({ kind: "failed", tries: 1, pause: 1_000 }) as const),
      desired,
    ),
  );
  assert.deepEqual(
    lines.filter((line) => line.startsWith("error")),
    ["error cannot add dummy link l0 (and 999 more that fail alike): needs CAP_NET_ADMIN; next try in 1 s"],
  );
});

test("conflicts and troubles are told when they come and when they go", () => {
  const lines = told((reporter) => {
    for (const standing of [["a"], ["a"], ["a", "b"], []]) reporter.conflicts(standing);
    for (const error of [undefined, "broken", "broken", undefined]) reporter.trouble("reading the kernel", error);
  });
  assert.deepEqual(lines, [
    "warn a",
    "warn b",
    "info no longer: a",
    "info no longer: b",
    "error reading the kernel: broken",
    "info reading the kernel works again",
  ]);
});

test("an announcement is told when a peer comes to have it or loses it; what is on its way is no news, and neither is how a session comes up", () => {
  const { logger, lines } = recordingLog();
  const reporter = new Reporter(logger);
  const vip = (state: "accepted" | "proven", peers: readonly (readonly [string, PeerStatus["state"], string])[]) =>
    reporter.announcements([
      {
        prefix: "10.88.2.1/32" as Prefix,
        nextHop: "10.88.0.200" as Address,
        services: ["web"],
        state,
        peers: peers.map(([address, one, reason]) => ({ address: address as Address, state: one, reason })),
        reason: `peer ${peers[0]?.[0]}: ${peers[0]?.[2]}`,
      },
    ]);
  const second = ["192.0.2.2", "no session", "no session, in state active"] as const;
  vip("accepted", [["192.0.2.1", "unacknowledged", "on its way"], second]);
  vip("proven", [["192.0.2.1", "proven", ""], second]);
  vip("proven", [
    ["192.0.2.1", "proven", ""],
    ["192.0.2.2", "no session", "no session, in state opensent"],
  ]);
  vip("accepted", [["192.0.2.1", "stuck", "it hangs"], second]);
  assert.deepEqual(lines, [
    "info 10.88.2.1/32 is proven at 192.0.2.1 (1 of 2 peers); not at 192.0.2.2: no session, in state active",
    "info 10.88.2.1/32 is in gobgpd, and no peer is known to have it: peer 192.0.2.1: it hangs",
  ]);
});

test("a VIP that gobgpd has in another form is not told as one that is not announced", () => {
  const one = { prefix: "10.88.2.1/32" as Prefix, nextHop: "10.88.0.200" as Address, services: ["web"] };
  const peer: PeerStatus = { address: "10.88.0.253" as Address, state: "proven", reason: "" };
  const other = { ...one, state: "altered", peers: [peer], reason: "gobgpd has next hop 10.88.0.200, MED 7" } as const;
  const none = { ...one, state: "pending", peers: [], reason: "gobgpd has not taken it yet" } as const;
  const lines = told((reporter) => {
    reporter.announcements([other]);
    reporter.announcements([none]);
  });
  assert.deepEqual(lines, [
    "warn 10.88.2.1/32 is announced otherwise than it should be: gobgpd has next hop 10.88.0.200, MED 7",
    "warn 10.88.2.1/32 is not announced: gobgpd has not taken it yet",
  ]);
});
