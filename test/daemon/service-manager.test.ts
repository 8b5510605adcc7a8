import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceManager } from "../../src/daemon/service-manager.ts";

const SOCKET = { NOTIFY_SOCKET: "/run/systemd/notify" };

test("without a manager every call does nothing", async () => {
  const manager = new ServiceManager({}, 7, () => assert.fail("nothing is sent"));
  manager.beat();
  await manager.tell({ READY: "1" });
  assert.equal(manager.watchdog, undefined);
});

test("the watchdog is ours only where it names this process, or nobody", () => {
  const watchdog = (more: object) => new ServiceManager({ ...SOCKET, ...more }, 7).watchdog;
  assert.equal(watchdog({}), undefined);
  assert.equal(watchdog({ WATCHDOG_USEC: "30000000" }), 30_000);
  assert.equal(watchdog({ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "7" }), 30_000);
  assert.equal(watchdog({ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "8" }), undefined);
  assert.equal(watchdog({ WATCHDOG_USEC: "soon" }), undefined);
});

test("notices go out one after the other in order, and a beat that would wait is dropped", async () => {
  const sent: string[] = [];
  const doors: (() => void)[] = [];
  const manager = new ServiceManager({ ...SOCKET, WATCHDOG_USEC: "9" }, 7, (socket, notice) => {
    sent.push(`${socket} ${Object.keys(notice).join()}`);
    return new Promise((resolve) => doors.push(resolve));
  });
  const all = [manager.tell({ RELOADING: "1" }), manager.tell({ READY: "1" })];
  manager.beat();
  for (const one of all) {
    await new Promise(setImmediate);
    doors.shift()?.();
    await one;
  }
  assert.deepEqual(sent, ["/run/systemd/notify RELOADING", "/run/systemd/notify READY"]);
  manager.beat();
  await new Promise(setImmediate);
  assert.equal(sent.at(-1), "/run/systemd/notify WATCHDOG");
});

test("a notice that cannot be sent is told, and the next one is tried all the same", async () => {
  let broken = true;
  const troubles: (string | undefined)[] = [];
  const manager = new ServiceManager(SOCKET, 7, () =>
    broken ? Promise.reject(new Error("no systemd-notify")) : Promise.resolve(),
  );
  manager.onTrouble = (error) => troubles.push(error);
  await manager.tell({ READY: "1" });
  broken = false;
  await manager.tell({ STATUS: "x" });
  assert.deepEqual(troubles, ["no systemd-notify; the unit's state is not told", undefined]);
});
