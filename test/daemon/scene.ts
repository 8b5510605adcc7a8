import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import type { Address } from "../../src/core/address.ts";
import { Backend } from "../support/backend.ts";
import type { BirdOptions } from "../support/bird.ts";
import { Bird } from "../support/bird.ts";
import { ControllerProcess } from "../support/controller.ts";
import { Gobgpd } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/**
 * A router, a gobgpd, a backend and the controller, all real. `bgp`: what is to stand there beside or instead, given the router as a peer.
 * `router`: its own options; with a password it is met past the tap, so that nothing is known of the wire.
 */
export async function scene(
  t: TestContext,
  more: object = {},
  service: object = {},
  bgp: object | ((router: object) => object) = {},
  router: Partial<BirdOptions> = {},
) {
  const backend = new Backend();
  await backend.start();
  const bird = await Bird.start({ address: "127.0.0.2" as Address, as: 64513, neighborAs: 64512, ...router });
  const gobgpd = await Gobgpd.place();
  const { address, as, port } = router.password === undefined ? bird.peer : bird.untapped;
  const controller = await ControllerProcess.place({
    bgp: {
      gobgp: { address: gobgpd.api },
      peers: [{ address, as, port }],
      local: { routerID: "10.88.0.200", as: 64512, listenPort: -1 },
      ...(typeof bgp === "function" ? bgp({ address, as, port }) : bgp),
    },
    service: {
      name: "web",
      ip: "10.88.2.1",
      protocol: "tcp",
      ports: [{ servicePort: 80, targetLocalPort: backend.port }],
      ...(Object.keys(service).length > 0 ? service : { httphealthcheck: { port: backend.port } }),
    },
    withdrawHold: "100ms",
    ...more,
  });
  t.after(async () => {
    backend.die();
    await controller.remove();
    await gobgpd.remove();
    await bird.stop();
  });
  const announced = () => until("the route at BIRD", async () => (await bird.routes()).length === 1);
  const withdrawn = () => until("no route at BIRD", async () => (await bird.routes()).length === 0);
  /** What the router was sent, in order. */
  const wire = () =>
    bird.tap.changes.flatMap((one) => [...one.announced.map((p) => `+${p}`), ...one.withdrawn.map((p) => `-${p}`)]);
  return { backend, bird, gobgpd, controller, announced, withdrawn, wire };
}
