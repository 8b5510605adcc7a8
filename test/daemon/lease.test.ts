import assert from "node:assert/strict";
import { test } from "node:test";
import { Metrics } from "../../src/admin/metrics.ts";
import { parseConfig } from "../../src/config/load.ts";
import { Beacon } from "../../src/daemon/beacon.ts";
import type { GuardLineEvents } from "../../src/daemon/guard-line.ts";
import { writeMessage } from "../../src/daemon/guard-protocol.ts";
import { keepLease } from "../../src/daemon/lease.ts";
import { ServiceManager } from "../../src/daemon/service-manager.ts";
import type { Settings } from "../../src/daemon/settings.ts";
import { VirtualClock } from "../support/clock.ts";
import { recordingLog } from "../support/log.ts";

function settings(more: object): Settings {
  const bgp = { mode: "shared", local: { nextHop: { ipv4: "10.88.0.200" } } };
  const { config } = parseConfig(JSON.stringify({ bgp, services: [], ...more }), "config.json");
  return {
    config,
    file: "config.json",
    network: false,
    ipvs: false,
    metrics: undefined,
    stateDirectory: "/var/lib/bgp-lb",
    guardSocket: "/run/guard",
    admin: undefined,
  };
}

test("what the guard has done, and for how long it holds the lease, is told by the config of now and not by that of the start", async () => {
  const clock = new VirtualClock();
  const log = recordingLog();
  const notes: string[] = [];
  let now = settings({ lease: "5s" });
  let line: GuardLineEvents | undefined;
  const keeper = keepLease({
    settings: () => now,
    parts: {
      clock,
      log: log.logger,
      metrics: new Metrics("1"),
      dialGuard: (_, events) => {
        line = events;
        return { open: true, write: () => undefined, end: () => undefined, destroy: () => undefined };
      },
    },
    beacon: new Beacon({ clock, manager: new ServiceManager({}, 1), interval: () => 10_000 }),
    journal: { note: ({ state, reason }) => notes.push(`${state}: ${reason}`) },
    lookAgain: () => undefined,
  });
  const { lease, gobgp } = now.config;
  void keeper?.hold({ terms: lease, prefixes: [], gobgp });
  now = settings({ lease: "20s", onLeaseLost: "demote" });
  line?.onText(writeMessage({ kind: "held", acted: true }));
  assert.deepEqual(log.lines, [
    "warn the guard has demoted our VIPs while it did not hear from us; what is healthy is announced again",
    "info the guard holds a lease of 20 s",
  ]);
  assert.equal(notes[0], "lost: the guard did not hear from this controller, and has demoted our VIPs");
  await clock.advance(1_000);
});
