import assert from "node:assert/strict";
import { test } from "node:test";
import type { StatusDocument } from "../../src/admin/api.ts";
import { render } from "../../src/cli/status.ts";
import type { Prefix } from "../../src/core/address.ts";
import { ip } from "../support/world.ts";

const AT = "2026-01-01T00:00:00Z";
const PEER = ip("10.88.0.253");

const FOUND: StatusDocument = {
  version: "1",
  pid: 7,
  config: "config.json",
  ready: true,
  line: "1 of 2 VIPs announced",
  services: [
    { name: "web", verdict: "up", reason: "tcp passes", since: AT, ageSeconds: 7_500, checks: [] },
    { name: "dns", verdict: "down", reason: "ping: no answer", since: AT, ageSeconds: 72, checks: [] },
  ],
  announcements: [
    {
      prefix: "10.88.2.1/32" as Prefix,
      nextHop: ip("10.88.0.200"),
      services: ["web"],
      state: "accepted",
      reason: "peer 10.88.0.253: no session, it is active",
      since: AT,
      ageSeconds: 9,
      peers: [{ address: PEER, state: "no session", reason: "no session, it is active", since: AT, ageSeconds: 8 }],
    },
  ],
  peers: [{ address: PEER, as: 65512, port: 179, session: "active", since: AT, ageSeconds: 3_600 }],
  speakerUp: true,
  conflicts: [],
  failing: {},
  left: [],
  reload: { at: AT },
};

test("the table tells of each how long it has been so, and of each no since when and why", () => {
  assert.equal(
    render(FOUND),
    `1 of 2 VIPs announced
bgp-lb 1, process 7, config config.json
config in force since ${AT}

services:
  web  up    2h05m  tcp passes
  dns  down  1m12s  ping: no answer, since ${AT}

VIPs:
  10.88.2.1/32  accepted  9s  not 10.88.0.253: no session, it is active (for 8s)  peer 10.88.0.253: no session, it is active

peers:
  10.88.0.253  AS 65512  active  1h
`,
  );
});
