import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { ControllerProcess } from "../support/controller.ts";
import { findGobgpd, Gobgpd } from "../support/gobgpd.ts";

const found = await findGobgpd("3.10");
const skip = "missing" in found ? found.missing : false;
const LINK = "blbhang0";

// fault: ip-hangs-under-a-controller
test("`ip` hangs under a controller at work: a backend that dies is withdrawn all the same, and is back when `ip` is", {
  skip,
}, async (t) => {
  const gobgpd = await Gobgpd.place();
  const alive = join(tmpdir(), `bgp-lb-test-alive-${process.pid}`);
  const controller = await ControllerProcess.place({
    bgp: { gobgp: { address: gobgpd.api }, peers: [], local: { routerID: "192.0.2.1", as: 64512, listenPort: -1 } },
    service: {
      name: LINK,
      ip: "203.0.113.79",
      protocol: "tcp",
      ports: [{ servicePort: 80, targetLocalPort: 8080 }],
      healthchecks: [{ kind: "exec", command: ["test", "-e", alive], rise: 1, fall: 1, timeout: "30s" }],
    },
    withdrawHold: "100ms",
    reconcileInterval: "1s",
  });
  t.after(async () => {
    await controller.remove();
    await gobgpd.remove();
    await rm(alive, { force: true });
    await execa("ip", ["link", "delete", LINK], { reject: false });
  });
  await writeFile(alive, "");
  await gobgpd.start("binary" in found ? found.binary : "");
  controller.start("-network-setup=true");
  await controller.says(/203\.0\.113\.79\/32 is in gobgpd/);

  await mkdir(controller.bin, { recursive: true });
  await writeFile(join(controller.bin, "ip"), "#!/bin/sh\nexec sleep 3600\n", { mode: 0o755 });
  const from = controller.lines.length;
  await rm(alive);
  await controller.says(/info withdraw 203\.0\.113\.79\/32/, from);

  await rm(join(controller.bin, "ip"));
  await writeFile(alive, "");
  await controller.says(/info announce 203\.0\.113\.79\/32/, from);
  controller.signal("SIGTERM");
  assert.equal(await controller.ended(), 0, controller.lines.join("\n"));
});
