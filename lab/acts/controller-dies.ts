import assert from "node:assert/strict";
import { until } from "../patience.ts";
import type { Act } from "../stage.ts";

/** A crash of the controller is no event for the network: a new one adopts what it finds. */
export const controllerDies: Act = {
  title: "kill -9 the controller of h2, then start it again",
  async play(stage) {
    const { lab } = stage;
    const host = stage.host(1);
    const addresses = await host.addresses();
    const ipvs = await host.ipvs();
    const before = await lab.router.mark();
    const requests = lab.client.mark();
    const watch = await host.watchKernel();
    try {
      await host.controller.stop("SIGKILL");
      await until("its metrics are gone", () => lab.client.advertised(host.name) === undefined);
      stage.say(`killed the controller of ${host.name}; its service and its gobgpd run on`);
      await stage.onlyServedBy(lab.hosts);
      host.controller.start();
      await stage.metricsSay(host, true);
      stage.say("started it again: it has found its paths with the peers");
      await stage.onlyServedBy(lab.hosts);
      assert.deepEqual(await lab.router.updates(before), [], "UPDATEs that the router received");
      assert.deepEqual(stage.heard(before), [], "what the router heard");
      stage.say("the router has not received one UPDATE, from anybody");
      assert.deepEqual(await watch.changes(), [], `changes of links and addresses on ${host.name}`);
    } finally {
      await watch.stop();
    }
    assert.deepEqual(await host.addresses(), addresses, "addresses");
    assert.deepEqual(await host.ipvs(), ipvs, "IPVS");
    const errors = lab.client.requests(requests).filter((request) => request.error !== undefined);
    assert.deepEqual(errors, [], "requests that failed meanwhile");
    stage.say("no address and no IPVS entry was touched, no request failed");
  },
};
