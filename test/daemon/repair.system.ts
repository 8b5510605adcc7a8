import assert from "node:assert/strict";
import { test } from "node:test";
import { execa } from "execa";
import { ControllerProcess } from "../support/controller.ts";
import { findGobgpd, Gobgpd } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";

const found = await findGobgpd("3.10");
const skip = "missing" in found ? found.missing : false;
const LINK = "blbmend0";
const VIP = "203.0.113.78";

/** A controller whose timer does not come by in the time of this test, so that only events can wake it. */
async function scene() {
  const gobgpd = await Gobgpd.place();
  const controller = await ControllerProcess.place({
    bgp: { gobgp: { address: gobgpd.api }, peers: [], local: { routerID: "192.0.2.1", as: 64512, listenPort: -1 } },
    service: {
      name: LINK,
      ip: VIP,
      protocol: "tcp",
      ports: [{ servicePort: 80, targetLocalPort: 8080 }],
      healthchecks: [{ kind: "exec", command: ["true"], rise: 1, interval: "1h" }],
    },
    withdrawHold: "100ms",
    reconcileInterval: "1h",
    repairGrace: "1h",
  });
  const remove = async () => {
    await controller.remove();
    await gobgpd.remove();
    await execa("ip", ["link", "delete", LINK], { reject: false });
  };
  return { gobgpd, controller, remove };
}

const ip = (words: string) => execa("ip", words.split(" "));

// fault: link-or-address-deleted
test("a link, an address, an up that somebody takes is put back by the kernel's own word, without the timer; foreign ones are left", {
  skip,
}, async (t) => {
  const { gobgpd, controller, remove } = await scene();
  t.after(remove);
  await gobgpd.start("binary" in found ? found.binary : "");
  controller.start("-network-setup=true", "-ipvs-setup=true");
  // Told when the first pass has ended: what is taken while a pass builds it counts as a step that failed.
  await controller.says(/203\.0\.113\.78\/32 is in gobgpd/);
  const bound = async () => (await execa("ip", ["-o", "address", "show", "dev", LINK], { reject: false })).stdout;
  const blows: readonly (readonly [string, RegExp])[] = [
    [`address delete ${VIP}/32 dev ${LINK}`, /^warning put back: 203\.0\.113\.78\/32 was not bound to blbmend0/],
    [`link set ${LINK} down`, /^warning put back: link blbmend0 was down/],
    [
      `link delete ${LINK}`,
      /^warning put back: link blbmend0 was absent; 203\.0\.113\.78\/32 was not bound to blbmend0/,
    ],
  ];
  for (const [blow, line] of blows) {
    const from = controller.lines.length;
    await ip(blow);
    await controller.says(line, from);
    await until("the address", async () => (await bound()).includes(VIP));
  }
  await ip(`address add 198.18.0.9/32 dev ${LINK}`);
  await ip(`address delete ${VIP}/32 dev ${LINK}`);
  await until(
    "it is put back",
    () => controller.lines.filter((line) => line.startsWith("warning put back")).length === 4,
  );
  assert.match(await bound(), /198\.18\.0\.9/);
  assert.deepEqual(
    controller.lines.filter((line) => line.includes("withdraw ") || line.startsWith("error")),
    [],
    "no router heard of it",
  );
  controller.signal("SIGTERM");
  await controller.ended();
  const { stdout } = await execa("pgrep", ["-f", "ip -oneline monitor"], { reject: false });
  assert.equal(stdout, "", "the monitor went with it");
});
