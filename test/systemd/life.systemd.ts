import assert from "node:assert/strict";
import { copyFile, readlink, stat } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { run } from "../../lab/command.ts";
import { ensureGobgpd } from "../../lab/fetch-gobgpd.ts";
import { KernelWatch } from "../../lab/kernel-watch.ts";
import { DIRECTORY } from "../../lab/leftover.ts";
import { until } from "../../lab/patience.ts";
import type { RouterMark } from "../../lab/router.ts";
import { Machine } from "./machine.ts";

const ALL_WELL = /^2 of 2 VIPs announced; 1 of 1 peer established$/;
const [V4, V6, MORE] = ["203.0.113.10/32", "2001:db8:f::10/128", "203.0.113.11/32"] as const;
const CAP_NET_ADMIN = "1000";

const both = (verb: string) => [`${verb} ${V6}`, `${verb} ${V4}`];

describe("bgp-lb and gobgpd as units, by the documented commands", () => {
  let machine: Machine;
  let installed: string;
  let fromBegin: RouterMark;

  before(async () => {
    machine = await Machine.start();
    fromBegin = await machine.ground.router.mark();
    installed = await machine.install("start");
  });

  after(async () => {
    await machine?.stop();
  });

  /** Runs `act`, waits until the router has heard as much as `expected`, and the unit's status is as it should be; it was nothing else. */
  async function routerHears(
    expected: readonly string[],
    act: () => Promise<unknown>,
    status = ALL_WELL,
  ): Promise<void> {
    const mark = await machine.ground.router.mark();
    const heard = () => machine.ground.heard(mark);
    await act();
    await until("the router hears it", () => heard().length >= expected.length, { seen: heard });
    await machine.controller.becomes({ ActiveState: "active", StatusText: status });
    assert.deepEqual(heard().toSorted(), expected.toSorted());
  }

  /** Runs `act` and proves that nobody was told anything and nothing of the dataplane was touched. */
  async function unnoticed(act: () => Promise<void>): Promise<void> {
    const { router, namespace } = machine.ground;
    const watch = new KernelWatch(namespace, DIRECTORY);
    await watch.start();
    try {
      const [mark, ipvs] = [await router.mark(), await machine.ipvs()];
      await act();
      assert.deepEqual(await router.updates(mark), [], "UPDATEs at the router");
      assert.deepEqual(await watch.changes(), [], "changes of links and addresses");
      assert.deepEqual(await machine.ipvs(), ipvs);
    } finally {
      await watch.stop();
    }
  }

  it("install says what it did, and the start returns when the host serves", async () => {
    assert.match(installed, /^bgp-lb: installed gobgpd\.service, .* bgp-lb \d/m);
    assert.equal(await machine.controller.property("ActiveState"), "active");
    await machine.controller.becomes({ StatusText: ALL_WELL });
    assert.deepEqual(machine.ground.heard(fromBegin).toSorted(), both("announced").toSorted());
    for (const vip of machine.ground.site.vips) assert.equal((await machine.ground.get(vip)).trim(), "h1");
  });

  it("runs with CAP_NET_ADMIN only, as a user of its own, who shares a group with gobgpd's socket", async () => {
    const all = (value: string) => ({ CapInh: value, CapPrm: value, CapEff: value, CapBnd: value, CapAmb: value });
    assert.deepEqual(await machine.controller.capabilities(), all(CAP_NET_ADMIN));
    assert.deepEqual(await machine.gobgpd.capabilities(), all("400"));
    const pid = await machine.controller.property("MainPID");
    assert.equal((await run(["ps", "-o", "user=", "-p", pid])).trim(), "bgp-lb");
    const modes = await Promise.all(
      ["/run/gobgp", "/run/gobgp/api.sock", "/etc/bgp-lb", "/var/lib/bgp-lb"].map((path) => stat(path)),
    );
    assert.deepEqual(
      modes.map(({ mode }) => (mode & 0o777).toString(8)),
      ["750", "770", "750", "700"],
    );
    const asGuard = ["setpriv", "--reuid=bgp-lb-guard", "--regid=bgp-lb-guard", "--init-groups", "sh", "-c"];
    const open =
      'for file in /run/bgp-lb/admin.sock /etc/bgp-lb/config.json; do test ! -r "$file"; done && echo closed';
    assert.equal((await run([...asGuard, open])).trim(), "closed");
  });

  it("gives each journal line its priority", async () => {
    const lines = await machine.controller.journal();
    assert.ok(lines.length > 5);
    assert.deepEqual(
      lines.filter(({ text }) => text.startsWith("<")),
      [],
    );
    assert.ok(lines.every(({ priority }) => priority >= 3 && priority <= 6));
    assert.equal(lines.find(({ text }) => text.startsWith("bind "))?.priority, 6);
  });

  // fault: out-of-memory
  it("comes back after the kernel's out-of-memory killer took it, unnoticed", async () => {
    await unnoticed(async () => {
      await machine.controller.limitMemory("8M");
      await machine.controller.becomes({ NRestarts: /[1-9]/ });
      await machine.controller.limitMemory("infinity");
      await machine.controller.becomes({ ActiveState: "active", StatusText: ALL_WELL });
    });
    assert.match(await run(["dmesg"]), /Memory cgroup out of memory: Killed process/);
    await run(["systemctl", "reset-failed", "bgp-lb"]); // and with it NRestarts
  });

  it("comes back after kill -9, unnoticed", async () => {
    await machine.edit(machine.config({ lease: "20s" })); // for the next test: the one that is killed has the long lease still
    await unnoticed(async () => {
      await machine.controller.kill("SIGKILL");
      await machine.controller.becomes({ NRestarts: "1", ActiveState: "active", StatusText: ALL_WELL });
    });
  });

  // fault: watchdog
  it("is ended and started again by the watchdog when it stands still; the guard has withdrawn by then", async () => {
    await machine.edit(machine.config());
    await routerHears([...both("withdrawn"), ...both("announced")], async () => {
      await machine.controller.kill("SIGSTOP");
      await machine.controller.becomes({ NRestarts: "2", ActiveState: "active" });
    });
  });

  it("takes a changed config over by reload", async () => {
    const pid = await machine.controller.property("MainPID");
    const reload = () => machine.controller.do("reload");
    await machine.edit(machine.config({ vips: [...machine.ground.site.vips, "203.0.113.11"] }));
    await routerHears([`announced ${MORE}`], reload, /^3 of 3 VIPs announced/);
    await machine.edit(machine.config());
    await routerHears([`withdrawn ${MORE}`], reload);
    const bound = async () => (await run(["ip", "address", "show", "dev", "web"])).includes("203.0.113.11/");
    await until("the hold is over and the VIP is unbound", async () => !(await bound()));
    assert.equal(await machine.controller.property("MainPID"), pid);
  });

  it("goes on with the config that it has when a reload finds a broken one", async () => {
    const before = (await machine.controller.journal()).length;
    await unnoticed(async () => {
      await machine.edit("{");
      await machine.controller.do("reload");
      const line = await machine.controller.said(/not reloaded.*config\.json:1:/, before);
      assert.equal(line.priority, 3);
      const text = /^2 of 2 VIPs announced; 1 of 1 peer established; the config on disk cannot be used/;
      await machine.controller.becomes({ ActiveState: "active", SubState: "running", StatusText: text });
    });
    await machine.edit(machine.config());
    await machine.controller.do("reload");
    await machine.controller.becomes({ StatusText: ALL_WELL });
  });

  for (const version of ["3.36", "4.8"] as const) {
    it(`follows a gobgpd that is restarted as ${version}`, async () => {
      await copyFile(await ensureGobgpd(version), "/usr/local/bin/gobgpd.new");
      await run(["mv", "/usr/local/bin/gobgpd.new", "/usr/local/bin/gobgpd"]);
      await routerHears([...both("lost"), ...both("announced")], () => machine.gobgpd.do("restart"));
      assert.equal(await readlink(`/proc/${await machine.gobgpd.property("MainPID")}/exe`), "/usr/local/bin/gobgpd");
      assert.equal(await machine.controller.property("NRestarts"), "2");
    });
  }

  it("follows a gobgpd that was killed, whose socket was left behind", async () => {
    await routerHears([...both("lost"), ...both("announced")], () => machine.gobgpd.kill("SIGKILL"));
    assert.equal(await machine.gobgpd.property("NRestarts"), "1");
  });

  it("is not stopped with gobgpd, and says what is missing", async () => {
    const pid = await machine.controller.property("MainPID");
    await routerHears(both("lost"), () => machine.gobgpd.do("stop"), /gobgpd cannot be read/);
    await routerHears(both("announced"), () => machine.gobgpd.do("start"));
    assert.equal(await machine.controller.property("MainPID"), pid);
  });

  it("goes on without its guard, and says so", async () => {
    await unnoticed(async () => {
      await machine.guard.do("stop");
      await machine.controller.becomes({ ActiveState: "active", StatusText: /^2 of 2 VIPs announced; .*unguarded/ });
      await machine.guard.do("start");
      await machine.controller.becomes({ ActiveState: "active", StatusText: ALL_WELL });
    });
  });

  it("leaves in order when it is stopped, and stays so", async () => {
    const watch = new KernelWatch(machine.ground.namespace, DIRECTORY);
    await watch.start();
    try {
      const mark = await machine.ground.router.mark();
      await machine.controller.do("stop");
      assert.deepEqual(await machine.controller.show("ActiveState", "Result"), {
        ActiveState: "inactive",
        Result: "success",
      });
      const events = machine.ground.router.events(mark).filter((event) => event.kind !== "session");
      assert.deepEqual(machine.ground.heard(mark).toSorted(), both("withdrawn").toSorted());
      const unbound = (await watch.changes()).find((change) => /^Deleted.* 203\.0\.113\.10\//.test(change.text));
      assert.ok(unbound, "the VIP was unbound");
      for (const event of events) assert.ok(event.at < unbound.at, "withdrawn before the VIP was unbound");
    } finally {
      await watch.stop();
    }
    assert.deepEqual(await machine.ipvs(), []);
    assert.deepEqual(await machine.links(), []);
    assert.equal(await machine.gobgpd.property("ActiveState"), "active");
  });

  it("is removed by install --remove, all but config and state", async () => {
    assert.match(await machine.remove(), /^bgp-lb: removed .*; left: \/etc\/bgp-lb/m);
    assert.equal(await machine.controller.property("LoadState"), "not-found");
    assert.ok((await stat("/etc/bgp-lb/config.json")).isFile());
  });
});
