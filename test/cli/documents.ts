import type { StatusDocument, ToldAnnouncement } from "../../src/admin/api.ts";
import type { Prefix } from "../../src/core/address.ts";
import type { RealServer, VirtualServiceKey } from "../../src/core/service.ts";
import { ip } from "../support/world.ts";

export const AT = "2026-01-01T00:00:00Z";
export const A = ip("10.88.0.253");
export const B = ip("10.88.0.254");
export const SERVER: RealServer = { address: ip("10.88.0.200"), port: 8080, weight: 1, forwarding: "masquerade" };

export const VIP: ToldAnnouncement = {
  prefix: "10.88.2.1/32" as Prefix,
  nextHop: ip("10.88.0.200"),
  services: ["web"],
  state: "proven",
  want: "announce",
  dataplane: { state: "verified", lacks: [] },
  reason: "web is up: front passes",
  since: AT,
  ageSeconds: 7_490,
  peers: [
    { address: A, state: "proven", reason: "", since: AT, ageSeconds: 7_490 },
    { address: B, state: "proven", reason: "", since: AT, ageSeconds: 7_490 },
  ],
};

export const CHECK = {
  name: "front",
  verdict: "up",
  stale: false,
  reason: "",
  streak: 7_480,
  since: AT,
  ageSeconds: 7_500,
} as const;

/** A host where all is well. */
export const WELL: StatusDocument = {
  version: "1",
  pid: 7,
  config: "/etc/bgp-lb/config.json",
  ready: true,
  line: "1 of 1 VIP announced; 2 of 2 peers established",
  services: [
    {
      name: "web",
      verdict: "up",
      reason: "front passes",
      since: AT,
      ageSeconds: 7_500,
      checks: [{ ...CHECK, lastSeconds: 0 }],
    },
  ],
  announcements: [VIP],
  peers: [
    { address: A, as: 65512, port: 179, session: "established", since: AT, ageSeconds: 7_600 },
    { address: B, as: 65512, port: 179, session: "established", since: AT, ageSeconds: 7_600 },
  ],
  speakerUp: true,
  speakerApi: "unix:///run/gobgp/api.sock",
  virtualServices: [
    {
      key: "tcp 10.88.2.1:80" as VirtualServiceKey,
      services: ["web"],
      present: true,
      realServers: [{ ...SERVER, present: true, connections: 12 }],
    },
  ],
  lease: { state: "guarded", termSeconds: 5, since: AT, ageSeconds: 7_600 },
  conflicts: [],
  failing: {},
  left: [],
  troubles: {},
  reload: { at: AT },
};
