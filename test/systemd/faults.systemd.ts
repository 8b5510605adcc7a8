import assert from "node:assert/strict";
import { chmod, rm, writeFile } from "node:fs/promises";
import { after, afterEach, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../lab/command.ts";
import { SLOW, until } from "../../lab/patience.ts";
import { documentedPingDropIn } from "../../lab/units.ts";
import { Machine } from "./machine.ts";
import type { JournalLine } from "./unit.ts";

const CONFIG = "/etc/bgp-lb/config.json";
const NO_IPVS = "/etc/modprobe.d/bgp-lb-test.conf";
const ERROR = 3;
const WARNING = 4;

describe("a unit on a host that is not as it should be", () => {
  let machine: Machine;

  before(async () => {
    machine = await Machine.start();
    await machine.install("no start");
  });

  // What one test broke is whole for the next, also when the test failed.
  afterEach(async () => {
    await rm(NO_IPVS, { force: true });
    await machine.gobgpd.dropIn(undefined);
  });

  after(async () => {
    // Another file's machine is this one.
    await machine?.controller.dropIn(undefined);
    await machine?.stop();
  });

  /** Starts what cannot start, and answers what it said. */
  async function failedStart(): Promise<readonly JournalLine[]> {
    const before = (await machine.controller.journal()).length;
    await assert.rejects(machine.controller.do("start"), /bgp-lb\.service failed/);
    await sleep(3_000); // RestartSec, and some
    assert.deepEqual(await machine.controller.show("ActiveState", "Result", "ExecMainStatus", "NRestarts"), {
      ActiveState: "failed",
      Result: "exit-code",
      ExecMainStatus: "2",
      NRestarts: "0",
    });
    return (await machine.controller.journal()).slice(before);
  }

  it("ends with one line that says where the config is wrong, and is not started again", async () => {
    await machine.edit(machine.config().replace('"name": "web"', '"nam": "web"'));
    const lines = await failedStart();
    assert.ok(
      lines.some(({ text }) => /^\/etc\/bgp-lb\/config\.json:\d+:\d+: .*nam/.test(text)),
      JSON.stringify(lines),
    );
    assert.ok(lines.length <= 2, JSON.stringify(lines));
    await machine.edit(machine.config());
  });

  it("ends with one line when its user may not read the config, and is not started again", async () => {
    await chmod(CONFIG, 0o600);
    const lines = await failedStart();
    assert.equal(lines.length, 1, JSON.stringify(lines));
    assert.match(lines[0]?.text ?? "", /^\/etc\/bgp-lb\/config\.json.*may not read it; check the owner and mode/);
    await chmod(CONFIG, 0o640);
  });

  it("runs without the capability, announces nothing, and says what it needs", async () => {
    await machine.gobgpd.do("start");
    await machine.controller.dropIn("[Service]\nAmbientCapabilities=\nCapabilityBoundingSet=\n");
    const before = (await machine.controller.journal()).length;
    const mark = await machine.ground.router.mark();
    await machine.controller.do("start");
    const line = await machine.controller.said(/needs CAP_NET_ADMIN/, before);
    assert.ok(line.priority <= WARNING, JSON.stringify(line));
    await machine.controller.becomes({ ActiveState: "active", StatusText: /^0 of 2 VIPs announced/, NRestarts: "0" });
    await sleep(1_000 * SLOW);
    const lines = (await machine.controller.journal()).slice(before);
    // A gobgpd under emulation may be slow to answer, which is told too.
    const bad = lines.filter(({ priority, text }) => priority <= WARNING && !text.startsWith("gobgpd at "));
    assert.ok(bad.length <= 4, JSON.stringify(bad));
    assert.deepEqual(machine.ground.heard(mark), []);
    await machine.controller.do("stop");
    await machine.gobgpd.do("stop");
  });

  it("waits for a gobgpd that is not there, whose socket it may not open, and for IPVS; then all comes up by itself", async () => {
    await run(["modprobe", "-r", "ip_vs_rr", "ip_vs"]).catch(() => {});
    await writeFile(NO_IPVS, "install ip_vs /bin/false\n");
    await machine.controller.dropIn(documentedPingDropIn());
    const config = JSON.parse(machine.config());
    config.services[0].healthchecks.push({ kind: "ping", addresses: ["127.0.0.1"], timeout: "30s", interval: "1s" });
    await machine.edit(JSON.stringify(config));
    const { length: before } = await machine.controller.journal();
    const says = (what: RegExp) => machine.controller.said(what, before);

    await machine.controller.do("start", "--job-mode=ignore-dependencies");
    assert.match((await says(/no such socket/)).text, /start it with --api-hosts unix:\/\/\/run\/gobgp\/api\.sock/);
    assert.match((await says(/ip_vs/)).text, /run modprobe ip_vs on the host/);
    await machine.controller.becomes({ ActiveState: "active", StatusText: /gobgpd cannot be read/ });

    await machine.gobgpd.dropIn("[Service]\nGroup=nogroup\n");
    await machine.gobgpd.do("start");
    assert.match((await says(/EACCES/)).text, /may not open the socket .*give it the socket's group/);

    await machine.gobgpd.dropIn(undefined);
    await machine.gobgpd.do("restart");
    await rm(NO_IPVS);
    await machine.controller.becomes({ StatusText: /^2 of 2 VIPs announced; 1 of 1 peer established/ });
    assert.equal(await machine.controller.property("NRestarts"), "0");
    await until(
      "the router has the route",
      async () => (await machine.ground.router.nextHops("203.0.113.10")).length === 1,
    );
    const lines = (await machine.controller.journal()).slice(before);
    const bad = lines.filter(({ priority }) => priority <= ERROR).map(({ text }) => text);
    assert.equal(new Set(bad).size, bad.length, `a line is said twice: ${JSON.stringify(bad)}`);
  });

  it("announces where it may not set what protects other addresses of a VIP's subnet, and says how the host can", async () => {
    await machine.controller.dropIn("[Service]\nReadWritePaths=\n");
    await machine.edit(machine.config({ vips: ["203.0.113.10/24"] }));
    const { length: before } = await machine.controller.journal();
    await machine.controller.do("restart");
    const line = await machine.controller.said(/promote_secondaries cannot be set/, before);
    assert.match(line.text, /run sysctl -w \S+=1 on the host/);
    await machine.controller.becomes({ ActiveState: "active", StatusText: /^1 of 1 VIPs? announced/ });
  });

  it("can be removed while it runs", async () => {
    await machine.remove();
    assert.deepEqual(await machine.links(), []);
    assert.deepEqual(await machine.ipvs(), []);
  });
});
