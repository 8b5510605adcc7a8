import type { StatusDocument } from "../../src/admin/api.ts";
import type { Prefix } from "../../src/core/address.ts";
import type { VirtualServiceKey } from "../../src/core/service.ts";
import { ip } from "../support/world.ts";

import { A, AT, B, CHECK, SERVER, VIP, WELL } from "./documents.ts";

export const NO_ANSWER = "no answer within 1 s: 192.0.2.53:53 does not answer, nor does it refuse";
const LACKS = "virtual service tcp 10.88.2.3:443 is absent";
export const STEP = "add virtual service tcp 10.88.2.3:443 (rr)";
const NO_SESSION = "no session, in state active";

/** The same host with one VIP of each kind of trouble. */
export const TROUBLE: StatusDocument = {
  ...WELL,
  line: `1 of 5 VIPs announced; 1 of 2 peers established; 10.88.2.2/32 withdrawn: dns is down: ping: ${NO_ANSWER} (and 3 more); 1 step failing`,
  services: [
    ...WELL.services,
    {
      name: "dns",
      verdict: "down",
      reason: `ping: ${NO_ANSWER}`,
      since: "2026-01-01T02:03:48Z",
      ageSeconds: 72,
      checks: [
        { ...CHECK, name: "ping", verdict: "down", reason: NO_ANSWER, streak: 72, ageSeconds: 72, lastSeconds: 1 },
        { ...CHECK, name: "resolver", stale: true, reason: "stale: no result for more than 5 s", lastSeconds: 9 },
      ],
    },
    {
      name: "shop",
      verdict: "up",
      reason: "tcp 8443 passes",
      since: AT,
      ageSeconds: 7_500,
      checks: [{ ...CHECK, name: "tcp 8443", lastSeconds: 0 }],
    },
    {
      name: "mail",
      verdict: "up",
      reason: "tcp 25 passes",
      since: AT,
      ageSeconds: 7_500,
      checks: [{ ...CHECK, name: "tcp 25", lastSeconds: 0 }],
      override: {
        word: "drain",
        by: "alice",
        reason: "new kernel",
        since: "2026-01-01T02:04:00Z",
        until: "2026-01-01T02:09:00Z",
        regardless: false,
        busyAt: 0,
        connections: { active: 3, accepted: 4_711 },
        result: undefined,
        words: "draining by alice: new kernel, until 2026-01-01T02:09:00Z at the latest",
      },
    },
    {
      name: "ntp",
      verdict: "unknown",
      reason: "no verdict yet",
      checks: [{ name: "udp", verdict: "unknown", stale: false, reason: "no verdict yet", streak: 0 }],
    },
  ],
  announcements: [
    {
      ...VIP,
      peers: [
        { address: A, state: "proven", reason: "", since: AT, ageSeconds: 7_490 },
        { address: B, state: "no session", reason: NO_SESSION, since: AT, ageSeconds: 40 },
      ],
    },
    {
      ...VIP,
      prefix: "10.88.2.2/32" as Prefix,
      services: ["dns"],
      state: "withdrawn",
      want: "withdraw",
      reason: `dns is down: ping: ${NO_ANSWER}`,
      ageSeconds: 70,
      peers: [],
    },
    {
      ...VIP,
      prefix: "10.88.2.3/32" as Prefix,
      services: ["shop"],
      state: "pending",
      reason: `dataplane incomplete: ${LACKS}`,
      dataplane: { state: "broken", lacks: [LACKS] },
      ageSeconds: 30,
      peers: [],
    },
    {
      ...VIP,
      prefix: "2001:db8:88:2::4/128" as Prefix,
      services: ["mail"],
      state: "accepted",
      reason: `peer ${A}: gobgpd does not send it: a policy, another path that it prefers, or the session lacks its address family`,
      peers: [
        {
          address: A,
          state: "filtered",
          reason:
            "gobgpd does not send it: a policy, another path that it prefers, or the session lacks its address family",
          since: AT,
          ageSeconds: 300,
        },
        { address: B, state: "no session", reason: NO_SESSION, since: AT, ageSeconds: 40 },
      ],
    },
    {
      ...VIP,
      prefix: "10.88.2.5/32" as Prefix,
      services: ["ntp"],
      state: "withdrawn",
      want: "keep",
      reason: "ntp is unknown: no verdict yet",
      ageSeconds: 2,
      peers: [],
    },
  ],
  peers: [
    { address: A, as: 65512, port: 179, session: "established", since: AT, ageSeconds: 7_600 },
    { address: B, as: 65512, port: 179, session: "active", since: AT, ageSeconds: 40 },
  ],
  virtualServices: [
    ...WELL.virtualServices,
    {
      key: "tcp 10.88.2.3:443" as VirtualServiceKey,
      services: ["shop"],
      present: false,
      realServers: [{ ...SERVER, port: 8443, present: false }],
    },
    {
      key: "tcp [2001:db8:88:2::4]:25" as VirtualServiceKey,
      services: ["mail"],
      present: true,
      realServers: [
        { ...SERVER, address: ip("2001:db8:88::200"), port: 2525, weight: 0, present: true, connections: 3 },
        { ...SERVER, address: ip("2001:db8:88::201"), port: 2525, present: true, connections: 1_204 },
      ],
    },
  ],
  lease: {
    state: "unguarded",
    termSeconds: 5,
    reason: "no guard listens at /run/bgp-lb-guard/guard.sock: start `bgp-lb guard`, or set -guard-socket",
    since: AT,
    ageSeconds: 61,
  },
  conflicts: ["link eth1 is not ours: it has no alias bgp-lb"],
  failing: { [STEP]: "ipvsadm: Memory allocation problem; run modprobe ip_vs on the host" },
  troubles: {
    metrics:
      "cannot listen on :8081 (listen EADDRINUSE: address already in use :::8081); set -metrics-address to a free one; it is tried again, and the main job goes on",
  },
  reload: { at: AT, error: "config.json:3:7: services[0].ip: not an address" },
};
