import assert from "node:assert/strict";
import { test } from "node:test";
import { Registry } from "prom-client";
import { PeerMetrics } from "../../src/admin/peer-metrics.ts";
import type { Prefix } from "../../src/core/address.ts";
import type { PeerSession, PeerStatus } from "../../src/core/status.ts";
import { HOST, ip } from "../support/world.ts";

const PEER = ip("10.88.0.253");

function stage() {
  const registry = new Registry();
  const metrics = new PeerMetrics(registry);
  const status = (over: Partial<PeerSession>, states: readonly PeerStatus["state"][] = []) =>
    metrics.status({
      peers: [{ address: PEER, as: 65512, port: 179, session: "established", ...over }],
      announcements: states.map((state, index) => ({
        prefix: `10.88.2.${index}/32` as Prefix,
        nextHop: HOST,
        services: [],
        state: "sent",
        reason: "",
        peers: [{ address: PEER, state, reason: "" }],
      })),
    });
  const value = async (name: string) => {
    const line = new RegExp(`^bgp_lb_peer_${name}\\{peer="10\\.88\\.0\\.253",as="65512".*\\} (\\d+)$`, "m");
    return line.exec(await registry.metrics())?.[1];
  };
  return { metrics, registry, status, value };
}

test("a session that stands has its time and what it is sent; one that does not has neither", async () => {
  const { status, value, registry } = stage();
  status({ establishedAt: 1_700_000_000 }, [
    "proven",
    "unacknowledged",
    "stuck",
    "held",
    "sent",
    "filtered",
    "no session",
  ]);
  assert.equal(await value("session_established_timestamp_seconds"), "1700000000");
  assert.equal(await value("prefixes_sent"), "4");
  assert.match(await registry.metrics(), /session_state\{.*state="established"\} 1$/m);
  status({ session: "active" }, ["no session"]);
  assert.equal(await value("session_established_timestamp_seconds"), undefined);
  assert.equal(await value("prefixes_sent"), "0");
  assert.match(await registry.metrics(), /session_state\{.*state="active"\} 1$/m);
  assert.match(await registry.metrics(), /session_state\{.*state="established"\} 0$/m);
});

test("a session that ended counts as lost once, also where the next one stands already; a gobgpd that cannot be read loses none", async () => {
  const { status, value, metrics, registry } = stage();
  const losses = () => value("session_losses_total");
  status({ establishedAt: 1_000 });
  assert.equal(await losses(), "0");
  status({ session: "unknown" });
  status({ establishedAt: 1_000 });
  assert.equal(await losses(), "0");
  status({ session: "idle" });
  status({ session: "active" });
  assert.equal(await losses(), "1");
  status({ establishedAt: 2_000 });
  status({ establishedAt: 3_000 });
  assert.equal(await losses(), "2");
  metrics.status({ peers: [], announcements: [] });
  assert.doesNotMatch(await registry.metrics(), /^bgp_lb_peer_.*\{/m);
});
