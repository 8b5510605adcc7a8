import assert from "node:assert/strict";
import { test } from "node:test";
import { Registry } from "prom-client";
import { OperatorMetrics } from "../../src/admin/operator-metrics.ts";
import { Refused, UsageError } from "../../src/core/errors.ts";
import { Beacon } from "../../src/daemon/beacon.ts";
import { Reloader } from "../../src/daemon/reloader.ts";
import { ServiceManager } from "../../src/daemon/service-manager.ts";
import { VirtualClock } from "../support/clock.ts";
import { recordingLog } from "../support/log.ts";

// fault: reloads-at-once
test("reloads come one after the other; the last one's fate is kept, told, answered and measured", async () => {
  const registry = new Registry();
  const log = recordingLog();
  const turns = [1, 2, 3].map(() => Promise.withResolvers<string | undefined>());
  let began = 0;
  const allowed: boolean[] = [];
  const told: string[] = [];
  const reloader = new Reloader({
    log: log.logger,
    beacon: new Beacon({ clock: new VirtualClock(), manager: new ServiceManager({}, 1), interval: () => 10_000 }),
    metrics: new OperatorMetrics(registry),
    journal: { tell: ({ from, to, reason }) => told.push(`${from} ${to} ${reason}`) },
    takeOver: ({ allowSessionReset }) => {
      allowed.push(allowSessionReset);
      return turns[began++]?.promise ?? Promise.resolve(undefined);
    },
  });
  const metric = async (name: string) =>
    (await registry.metrics()).split("\n").find((line) => line.startsWith(`bgp_lb_config_last_reload_${name}`));
  assert.equal(await metric("successful"), "bgp_lb_config_last_reload_successful 1");
  assert.equal(await reloader.settled(), false);

  const [first, second] = [reloader.reload(), reloader.reload()];
  const settled = reloader.settled();
  turns[0]?.reject(new UsageError("config.json:1:1: not JSON"));
  const failed = "the config is not reloaded, the one before stays: config.json:1:1: not JSON";
  assert.deepEqual([(await first).error, (await first).line], ["config.json:1:1: not JSON", failed]);
  assert.equal(began, 2);
  assert.equal(await metric("successful"), "bgp_lb_config_last_reload_successful 0");
  const since = /(\d+)$/.exec((await metric("success_timestamp_seconds")) ?? "")?.[1];
  assert.ok(Math.abs(Number(since) - Date.now() / 1000) < 600, "seconds since 1970");
  assert.equal(reloader.state.error, "config.json:1:1: not JSON");

  turns[1]?.resolve("config reloaded");
  assert.equal((await second).line, "config reloaded");
  assert.equal(await settled, true);
  assert.equal(reloader.state.error, undefined);
  assert.equal(await metric("successful"), "bgp_lb_config_last_reload_successful 1");

  turns[2]?.reject(new Refused("peer 10.88.0.253: its session is lost"));
  const refused = await reloader.reload({ allowSessionReset: true });
  assert.equal(refused.refused, true);
  assert.equal(await metric("successful"), "bgp_lb_config_last_reload_successful 0");
  assert.match((await reloader.reload()).error ?? "", /this controller is stopping/);
  assert.deepEqual(allowed, [false, false, true, false], "nothing costly unless it is asked for");
  assert.deepEqual(told, [
    "ok refused config.json:1:1: not JSON",
    "refused ok config reloaded",
    "ok refused peer 10.88.0.253: its session is lost",
  ]);
  assert.deepEqual(log.lines, [`error ${failed}`, "info config reloaded", `error ${refused.line}`]);
});
