import assert from "node:assert/strict";
import { test } from "node:test";
import { Metrics } from "../../src/admin/metrics.ts";
import { parseConfig } from "../../src/config/load.ts";
import { OWNS_NOTHING } from "../../src/core/ownership.ts";
import { Beacon } from "../../src/daemon/beacon.ts";
import type { GuardLineEvents } from "../../src/daemon/guard-line.ts";
import type { HoldMessage } from "../../src/daemon/guard-protocol.ts";
import { writeMessage } from "../../src/daemon/guard-protocol.ts";
import { holdAndSave, keepLease } from "../../src/daemon/lease.ts";
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

/** A keeper before a guard that answers nothing by itself; `now`: the config. */
function stage(now: { settings: Settings }) {
  const clock = new VirtualClock();
  const log = recordingLog();
  const notes: string[] = [];
  const said: string[] = [];
  const line: { events?: GuardLineEvents } = {};
  const keeper = keepLease({
    settings: () => now.settings,
    parts: {
      clock,
      log: log.logger,
      metrics: new Metrics("1"),
      dialGuard: (_, events) => {
        line.events = events;
        return { open: true, write: (text) => void said.push(text), end: () => undefined, destroy: () => undefined };
      },
    },
    beacon: new Beacon({ clock, manager: new ServiceManager({}, 1), interval: () => 10_000 }),
    journal: { note: ({ state, reason }) => notes.push(`${state}: ${reason}`) },
    lookAgain: () => undefined,
  });
  const save = async () => {
    const saved = holdAndSave(OWNS_NOTHING, now.settings.config, keeper, { save: () => Promise.resolve() });
    await clock.advance(1_000);
    await saved;
  };
  return { log, notes, said, line, save };
}

test("what the guard has done, and for how long it holds the lease, is told by the config of now and not by that of the start", async () => {
  const now = { settings: settings({ lease: "5s" }) };
  const { log, notes, line, save } = stage(now);
  await save();
  now.settings = settings({ lease: "20s", onLeaseLost: "demote" });
  line.events?.onText(writeMessage({ kind: "held", acted: true }));
  assert.deepEqual(log.lines, [
    "warn the guard has demoted our VIPs while it did not hear from us; what is healthy is announced again",
    "info the guard holds a lease of 20 s",
  ]);
  assert.equal(notes[0], "lost: the guard did not hear from this controller, and has demoted our VIPs");
});

test("a lease that a reload asks for is held from then on, and one that it gives up is told to the guard", async () => {
  const now = { settings: settings({ lease: "0s" }) };
  const { said, line, save } = stage(now);
  await save();
  assert.deepEqual(Object.keys(line), [], "nobody is looked for");
  now.settings = settings({ lease: "5s" });
  await save();
  line.events?.onOpen();
  now.settings = settings({ lease: "0s" });
  await save();
  const terms = said.map((text) => (JSON.parse(text) as HoldMessage).terms.term);
  assert.deepEqual(terms, [5_000, 0]);
});
