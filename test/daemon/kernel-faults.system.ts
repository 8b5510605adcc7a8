import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { execa } from "execa";
import { ControllerProcess } from "../support/controller.ts";
import { findGobgpd, Gobgpd } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";

const found = await findGobgpd("3.10");
const skip = "missing" in found ? found.missing : false;
const VIP = "203.0.113.79";

/** A controller at work over the real kernel, which has announced its VIP; its service lives while the file `alive` is there. */
async function atWork(t: TestContext, link: string) {
  const gobgpd = await Gobgpd.place();
  const alive = join(tmpdir(), `bgp-lb-test-alive-${process.pid}`);
  const controller = await ControllerProcess.place({
    bgp: { gobgp: { address: gobgpd.api }, peers: [], local: { routerID: "192.0.2.1", as: 64512, listenPort: -1 } },
    service: {
      name: link,
      ip: VIP,
      protocol: "tcp",
      ports: [{ servicePort: 80, targetLocalPort: 8080 }],
      healthchecks: [{ kind: "exec", command: ["test", "-e", alive], rise: 1, fall: 1, timeout: "30s" }],
    },
    withdrawHold: "100ms",
    reconcileInterval: "1s",
    repairGrace: "1h",
  });
  t.after(async () => {
    await controller.remove();
    await gobgpd.remove();
    await rm(alive, { force: true });
    await execa("ip", ["link", "delete", link], { reject: false });
  });
  await writeFile(alive, "");
  await gobgpd.start("binary" in found ? found.binary : "");
  controller.start("-network-setup=true", "-ipvs-setup=true");
  await controller.says(/203\.0\.113\.79\/32 is in gobgpd/);
  return { controller, alive };
}

// fault: real-server-deleted
// fault: ipvs-flushed
test("a real server that somebody deletes is put back, and all of a flushed IPVS; no router hears of it", {
  skip,
}, async (t) => {
  const { controller } = await atWork(t, "blbflush0");
  const table = async () => (await execa("ipvsadm", ["-Sn"])).stdout;
  const before = await table();
  assert.match(before, /^-a -t 203\.0\.113\.79:80 -r 192\.0\.2\.1:8080 /m);
  for (const blow of [["-d", "-t", `${VIP}:80`, "-r", "192.0.2.1:8080"], ["-C"]]) {
    const from = controller.lines.length;
    await execa("ipvsadm", blow);
    await controller.says(/^warning put back: /, from);
    await until("the table is as it was", async () => (await table()) === before, { found: () => controller.lines });
  }
  assert.deepEqual(
    controller.lines.filter((line) => line.includes("withdraw ")),
    [],
  );
});

// fault: ip-hangs-under-a-controller
test("`ip` hangs under a controller at work: a service that dies is withdrawn all the same, and is back when `ip` is", {
  skip,
}, async (t) => {
  const { controller, alive } = await atWork(t, "blbhang0");
  await mkdir(controller.bin, { recursive: true });
  await writeFile(join(controller.bin, "ip"), "#!/bin/sh\nexec sleep 3600\n", { mode: 0o755 });
  const from = controller.lines.length;
  await rm(alive);
  await controller.says(/^info withdraw 203\.0\.113\.79\/32/, from);
  await rm(join(controller.bin, "ip"));
  await writeFile(alive, "");
  await controller.says(/^info announce 203\.0\.113\.79\/32/, from);
  controller.signal("SIGTERM");
  assert.equal(await controller.ended(), 0, controller.lines.join("\n"));
});
