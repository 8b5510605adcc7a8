import type { Address } from "../src/core/address.ts";
import type { Backend } from "../test/support/backend.ts";
import { Bird, birdMissing } from "../test/support/bird.ts";
import { ControllerProcess } from "../test/support/controller.ts";
import { Gobgpd } from "../test/support/gobgpd.ts";
import { until } from "../test/support/until.ts";
import { Missing } from "./bench.ts";
import { versionOf } from "./version.ts";

export const AS = 64512;
export const ROUTER_AS = 64513;
export const ROUTER_ID = "10.88.0.200";
export const VIP = "10.88.2.1";

/** A router (BIRD) at a loopback address of its own, behind a tap. */
export async function router(address: string): Promise<Bird> {
  const missing = await birdMissing();
  if (missing !== undefined) throw new Missing(missing);
  return Bird.start({ address: address as Address, as: ROUTER_AS, neighborAs: AS });
}

/** Starts a gobgpd and a controller that announces the VIP to this router while the backend answers each second; resolves when the router has it. */
export async function serve(backend: Backend, bird: Bird): Promise<void> {
  await versionOf(["gobgpd", "--version"]);
  const gobgpd = await Gobgpd.place();
  await gobgpd.start("gobgpd", "-l", "warn");
  const controller = await ControllerProcess.place({
    bgp: {
      gobgp: { address: gobgpd.api },
      peers: [bird.peer],
      local: { routerID: ROUTER_ID, as: AS, listenPort: -1 },
    },
    service: {
      name: "web",
      ip: VIP,
      protocol: "tcp",
      ports: [{ servicePort: 80, targetLocalPort: backend.port }],
      healthchecks: [{ kind: "http", port: backend.port, interval: "1s", rise: 1, fall: 1 }],
    },
  });
  controller.start();
  await until("the route at BIRD", async () => (await bird.routes()).length === 1, { found: () => controller.lines });
}
