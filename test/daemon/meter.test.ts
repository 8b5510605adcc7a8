import assert from "node:assert/strict";
import { test } from "node:test";
import { Registry } from "prom-client";
import { IpvsMetrics } from "../../src/admin/ipvs-metrics.ts";
import type { ServiceTraffic, TrafficMeter } from "../../src/core/ports.ts";
import type { VirtualServiceKey } from "../../src/core/service.ts";
import { virtualServiceKey } from "../../src/core/service.ts";
import { metering } from "../../src/daemon/meter.ts";
import { Reporter } from "../../src/daemon/reporter.ts";
import type { Settings } from "../../src/daemon/settings.ts";
import { VirtualClock } from "../support/clock.ts";
import { recordingLog } from "../support/log.ts";
import { HOST, service } from "../support/world.ts";

const WEB = service("web", ["10.88.2.1"]);
const [VIRTUAL = assert.fail()] = WEB.virtualServices;
const COUNTERS = { connections: 5, incomingPackets: 12, outgoingPackets: 7, incomingBytes: 664, outgoingBytes: 404 };

function stage(read: TrafficMeter["traffic"]) {
  const registry = new Registry();
  const clock = new VirtualClock();
  const { logger, lines } = recordingLog();
  const settings = { config: { services: [{ service: WEB, checks: [] }] }, network: true, ipvs: true };
  const refresh = metering({
    meter: { traffic: read },
    metrics: new IpvsMetrics(registry),
    clock,
    reporter: new Reporter(logger),
    settings: () => settings as unknown as Settings,
  });
  return { registry, clock, lines, refresh };
}

function found(connections = 5): ReadonlyMap<VirtualServiceKey, ServiceTraffic> {
  const [server = assert.fail()] = VIRTUAL.realServers;
  const own = {
    ...COUNTERS,
    connections,
    service: VIRTUAL,
    servers: [{ server, active: 4, inactive: 1, ...COUNTERS }],
  };
  const other = { ...own, service: { ...VIRTUAL, port: 81 } };
  return new Map([own, other].map((one) => [virtualServiceKey(one.service), one]));
}

test("the counters of the config's own virtual services and real servers, anew every five seconds", async () => {
  let connections = 5;
  const { registry, clock, refresh } = stage(() => Promise.resolve(found(connections++)));
  await refresh();
  await clock.advance(4_999);
  await refresh();
  assert.equal(connections, 6);
  await clock.advance(1);
  await refresh();
  const text = await registry.metrics();
  const labels = 'service="web",vip="10.88.2.1",port="80",protocol="tcp"';
  const lines = text.split("\n").filter((line) => /^bgp_lb_ipvs/.test(line));
  assert.equal(lines.length, 1 + 5 + 8, "nothing of what is not ours");
  assert.ok(lines.includes(`bgp_lb_ipvs_connections_total{${labels}} 6`));
  assert.ok(
    lines.includes(`bgp_lb_ipvs_real_server_active_connections{${labels},real_address="${HOST}",real_port="8080"} 4`),
  );
  assert.ok(lines.includes("bgp_lb_ipvs_readable 1"));
});

test("a kernel that does not answer keeps nobody waiting, and is asked once at a time", async () => {
  let asked = 0;
  let answer = (_: ReturnType<typeof found>) => {};
  const { registry, clock, refresh } = stage(() => {
    asked++;
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  const both = [refresh(), refresh()];
  await clock.advance(3_000);
  await Promise.all(both);
  assert.equal(asked, 1);
  assert.match(await registry.metrics(), /^bgp_lb_ipvs_readable 0$/m);
  const third = refresh();
  answer(found());
  await third;
  assert.equal(asked, 1);
  assert.match(await registry.metrics(), /^bgp_lb_ipvs_readable 1$/m);
});

test("what cannot be read is told once, and what was read before stays", async () => {
  let fail = false;
  const { registry, clock, lines, refresh } = stage(() =>
    fail ? Promise.reject(new Error("no")) : Promise.resolve(found()),
  );
  await refresh();
  fail = true;
  for (let looks = 0; looks < 2; looks++) {
    await clock.advance(5_000);
    await refresh();
  }
  assert.deepEqual(lines, ["error reading the counters of IPVS: no"]);
  assert.match(await registry.metrics(), /^bgp_lb_ipvs_readable 0$/m);
  assert.match(await registry.metrics(), /^bgp_lb_ipvs_connections_total\{.*\} 5$/m);
});
