import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address, Prefix } from "../../src/core/address.ts";
import type { AnnouncementStatus, Status } from "../../src/core/status.ts";
import { statusLine } from "../../src/core/status-line.ts";

function one(n: number, state: AnnouncementStatus["state"], reason = "web is up"): AnnouncementStatus {
  return {
    prefix: `10.88.2.${n}/32` as Prefix,
    nextHop: "10.88.0.200" as Address,
    services: [],
    peers: [],
    state,
    reason,
  };
}

function peer(session: "established" | "active"): Status["peers"][number] {
  return { address: "10.88.0.253" as Address, as: 65512, port: 179, session };
}

const nothing: Status = {
  announcements: [],
  peers: [],
  speakerUp: true,
  virtualServices: [],
  conflicts: [],
  failing: new Map(),
  left: [],
  settled: true,
};

test("all is well: two figures", () => {
  const status = { ...nothing, announcements: [one(1, "sent"), one(2, "sent")], peers: [peer("established")] };
  assert.equal(statusLine(status), "2 of 2 VIPs announced; 1 of 1 peer established");
});

test("what is not announced has its reason, the first of them in words", () => {
  const down = "web is down: http :8080: connection refused";
  const status = {
    ...nothing,
    announcements: [one(1, "sent"), one(2, "withdrawn", down), one(3, "accepted", "no peer")],
    peers: [peer("established"), peer("active")],
    conflicts: ["x"],
    failing: new Map([["a", "b"]]),
  };
  assert.equal(
    statusLine(status),
    `1 of 3 VIPs announced; 1 of 2 peers established; 10.88.2.2/32 withdrawn: ${down} (and 1 more); 1 conflict with what is not ours; 1 step failing`,
  );
});

test("a gobgpd that cannot be read is said once, not for each VIP; a long reason is cut", () => {
  const unknown = { ...nothing, speakerUp: false, announcements: [one(1, "unknown", "gobgpd cannot be read")] };
  assert.equal(statusLine(unknown), "0 of 1 VIP announced, 1 not known; gobgpd cannot be read");
  const long = { ...nothing, announcements: [one(1, "pending", "x".repeat(500))] };
  assert.ok(statusLine(long).length < 260, statusLine(long));
});
