import assert from "node:assert/strict";
import { test } from "node:test";
import { Metrics } from "../../src/admin/metrics.ts";
import type { Prefix } from "../../src/core/address.ts";
import type { Status } from "../../src/core/status.ts";
import { HOST, ip } from "../support/world.ts";

function status(peers: readonly string[]): Status {
  const announcement = {
    prefix: "10.88.2.1/32" as Prefix,
    nextHop: HOST,
    services: ["matchbox"],
    state: "sent",
    peers: peers.map((address) => ({ address: ip(address), state: "proven" as const, reason: "" })),
    reason: "",
  } as const;
  return {
    announcements: [announcement],
    peers: [{ address: ip("10.88.0.253"), as: 65512, port: 179, session: "established" }],
    speakerUp: true,
    virtualServices: [],
    conflicts: [],
    failing: new Map(),
    left: [],
    settled: true,
  };
}

const NONE = { proofsLost: 0, failingParts: 0 };

test("the contract's gauge, to the letter, is 1 exactly while a peer was sent the path", async () => {
  const metrics = new Metrics("1.2.3");
  metrics.status(status([]), NONE);
  assert.match(
    await metrics.registry.metrics(),
    /^bgp_lb_path_advertisement\{prefix="10\.88\.2\.1",prefix_length="32",next_hop="10\.88\.0\.200"\} 0$/m,
  );
  metrics.status(status(["10.88.0.253"]), NONE);
  assert.match(
    await metrics.registry.metrics(),
    /^bgp_lb_path_advertisement\{prefix="10\.88\.2\.1",prefix_length="32",next_hop="10\.88\.0\.200"\} 1$/m,
  );
});

test("peers that left leave no series behind", async () => {
  const metrics = new Metrics("1.2.3");
  metrics.status(status([]), NONE);
  metrics.status({ ...status([]), peers: [] }, NONE);
  assert.doesNotMatch(await metrics.registry.metrics(), /bgp_lb_peer_session_up\{/);
});
