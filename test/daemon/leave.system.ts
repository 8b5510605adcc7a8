import assert from "node:assert/strict";
import { test } from "node:test";
import { execa } from "execa";
import { ControllerProcess } from "../support/controller.ts";
import { findGobgpd, Gobgpd } from "../support/gobgpd.ts";

const found = await findGobgpd("3.10");
const skip = "missing" in found ? found.missing : false;

// fault: signal-in-a-pass
test("a signal during the first pass over a slow kernel: nothing is announced any more, and nothing is left", {
  skip,
}, async (t) => {
  const gobgpd = await Gobgpd.place();
  const controller = await ControllerProcess.place({
    bgp: { gobgp: { address: gobgpd.api }, peers: [], local: { routerID: "192.0.2.1", as: 64512, listenPort: -1 } },
    service: {
      name: "blbslow0",
      ip: "203.0.113.77",
      protocol: "tcp",
      ports: [{ servicePort: 80, targetLocalPort: 8080 }],
      healthchecks: [{ kind: "exec", command: ["true"], rise: 1 }],
    },
    withdrawHold: "100ms",
  });
  t.after(async () => {
    await controller.remove();
    await gobgpd.remove();
    await execa("ip", ["link", "delete", "blbslow0"], { reject: false });
  });
  await gobgpd.start("binary" in found ? found.binary : "");
  await controller.slow("ip", 2);
  controller.start("-network-setup=true");
  await controller.says(/service blbslow0 is up/);
  controller.signal("SIGTERM");
  assert.equal(await controller.ended(), 0, controller.lines.join("\n"));
  assert.deepEqual(
    controller.lines.filter((line) => / announce \d/.test(line)),
    [],
  );
  assert.notEqual((await execa("ip", ["link", "show", "blbslow0"], { reject: false })).exitCode, 0);
});
