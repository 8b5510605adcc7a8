import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { Metrics } from "../../src/admin/metrics.ts";
import { MetricsServer } from "../../src/admin/server.ts";
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

test("the contract's gauge, to the letter, is 1 exactly while a peer was sent the path", async () => {
  const metrics = new Metrics("1.2.3");
  metrics.status(status([]), 0);
  assert.match(
    await metrics.registry.metrics(),
    /^bgp_lb_path_advertisement\{prefix="10\.88\.2\.1",prefix_length="32",next_hop="10\.88\.0\.200"\} 0$/m,
  );
  metrics.status(status(["10.88.0.253"]), 3);
  assert.match(
    await metrics.registry.metrics(),
    /^bgp_lb_path_advertisement\{prefix="10\.88\.2\.1",prefix_length="32",next_hop="10\.88\.0\.200"\} 1$/m,
  );
});

test("peers that left leave no series behind", async () => {
  const metrics = new Metrics("1.2.3");
  metrics.status(status([]), 0);
  metrics.status({ ...status([]), peers: [] }, 0);
  assert.doesNotMatch(await metrics.registry.metrics(), /bgp_lb_peer_session_up\{/);
});

test("only GET /metrics is answered", async () => {
  const server = new MetricsServer(new Metrics("1.2.3").registry);
  await server.listen({ host: "127.0.0.1", port: 0 });
  const ask = async (path: string, method = "GET") => fetch(`http://127.0.0.1:${server.port}${path}`, { method });
  const good = await ask("/metrics");
  assert.match(good.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  assert.match(await good.text(), /bgp_lb_build_info\{version="1\.2\.3"\} 1/);
  assert.deepEqual(
    await Promise.all(
      [ask("/"), ask("/../metrics/x"), ask("/metrics", "POST"), ask("/metrics?x=1")].map(
        async (answer) => (await answer).status,
      ),
    ),
    [404, 404, 405, 200],
  );
  await server.close();
});

test("a port in use rejects, and the caller goes on", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await assert.rejects(new MetricsServer(new Metrics("1").registry).listen({ host: "127.0.0.1", port }), {
    code: "EADDRINUSE",
  });
  await new Promise((resolve) => other.close(resolve));
});
