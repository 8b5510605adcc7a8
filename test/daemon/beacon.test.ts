import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address, Prefix } from "../../src/core/address.ts";
import type { Status } from "../../src/core/status.ts";
import { Beacon } from "../../src/daemon/beacon.ts";
import { ServiceManager } from "../../src/daemon/service-manager.ts";
import { VirtualClock } from "../support/clock.ts";

const announced: Status = {
  announcements: [
    {
      prefix: "10.88.2.1/32" as Prefix,
      nextHop: "10.88.0.200" as Address,
      services: ["web"],
      state: "sent",
      peers: [],
      reason: "web is up",
    },
  ],
  peers: [],
  speakerUp: true,
  virtualServices: [],
  conflicts: [],
  failing: new Map(),
  left: [],
  settled: true,
};
const blind: Status = { ...announced, announcements: [], speakerUp: false, settled: false };

/** A beacon under a systemd that watches it every `watchdog` milliseconds, and what systemd was told. */
function stage(watchdog = 30_000) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const environment = { NOTIFY_SOCKET: "/run/x", WATCHDOG_USEC: String(watchdog * 1000) };
  const manager = new ServiceManager(environment, 1, (_, notice) => {
    told.push(Object.entries(notice).flat().join("="));
    return Promise.resolve();
  });
  const beacon = new Beacon({ clock, manager, interval: () => 10_000 });
  const news = async () => {
    await clock.settle();
    return told.splice(0);
  };
  return { clock, beacon, news };
}

test("ready comes with the first pass that saw everything, once, and with the line; after that only a new line is told", async () => {
  const { beacon, news } = stage();
  assert.deepEqual(beacon.condition, {
    ready: false,
    stalled: false,
    line: "starting: the first pass is under way",
  });
  beacon.passed(announced, false);
  assert.equal(beacon.condition.ready, false, "a service without a verdict is waited for");
  assert.deepEqual(await news(), ["WATCHDOG=1", "STATUS=starting: 1 of 1 VIP announced; 0 of 0 peers established"]);
  beacon.passed(announced, true);
  assert.deepEqual(await news(), ["READY=1=STATUS=1 of 1 VIP announced; 0 of 0 peers established"]);
  beacon.passed(announced, true);
  assert.deepEqual(await news(), []);
  beacon.passed(blind, true);
  assert.deepEqual(await news(), ["STATUS=0 of 0 VIPs announced; gobgpd cannot be read"]);
  assert.equal(beacon.condition.ready, true, "what breaks later is told, and is no start");
});

test("a start that waits for what does not come is ready after 15 s, and says what is missing", async () => {
  const { clock, beacon, news } = stage();
  beacon.passed(blind, true);
  assert.equal(beacon.due, 15_000);
  await clock.advance(15_000);
  assert.equal(beacon.due, 0);
  await news();
  beacon.passed(blind, true);
  assert.match((await news()).join(), /READY=1=STATUS=0 of 0 VIPs announced; gobgpd cannot be read/);
  assert.equal(beacon.due, Number.POSITIVE_INFINITY);
});

test("the watchdog is fed when the loop comes by, and starves when it does not", async () => {
  const { clock, beacon, news } = stage();
  assert.equal(beacon.rhythm, 10_000);
  beacon.beat();
  beacon.beat();
  assert.deepEqual(await news(), ["WATCHDOG=1"], "many steps are one beat");
  await clock.advance(9_000);
  beacon.beat();
  assert.deepEqual(await news(), ["WATCHDOG=1"]);
  await clock.advance(120_000);
  assert.deepEqual(await news(), [], "time alone feeds nothing");
  const { stalled, line } = beacon.condition;
  assert.equal(stalled, true);
  assert.match(line, /nothing was done for 120 s/);
});

test("a long hold on the way out is no silence", async () => {
  const { clock, beacon, news } = stage();
  beacon.leaving();
  const rest = beacon.clock.sleep(35_000);
  await clock.advance(35_000);
  await rest;
  const told = await news();
  assert.match(told[0] ?? "", /^STOPPING=1=STATUS=leaving: /);
  assert.equal(told.filter((line) => line === "WATCHDOG=1").length, 4);
  assert.equal(clock.sleeping, 0);
});

test("a reload is told before and after, with the clock that systemd compares", async () => {
  const { beacon, news } = stage();
  beacon.passed(announced, true);
  await news();
  beacon.reloading(12_345n);
  beacon.reloaded();
  assert.deepEqual(await news(), ["RELOADING=1=MONOTONIC_USEC=12345", "READY=1"]);
});
