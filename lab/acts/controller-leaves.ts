import assert from "node:assert/strict";
import type { Act } from "../stage.ts";

/** A clean leave: first the routes, then, after the hold, the addresses. The other way round would be a black hole. */
export const controllerLeaves: Act = {
  title: "the controller of h3 is stopped (SIGTERM), then started again",
  async play(stage) {
    const { lab } = stage;
    const host = stage.host(2);
    const before = await lab.router.mark();
    const watch = await host.watchKernel();
    try {
      const exit = await host.controller.stop("SIGTERM");
      assert.deepEqual(exit, { code: 0, signal: null }, "how the controller ended");
      stage.say(`stopped the controller of ${host.name}; it ended with exit code 0`);
      await stage.routerHeardOnly(stage.everyVip(host, "withdrawn"), before);
      const withdrawn = lab.router.events(before).filter((event) => event.kind === "withdrawn");
      const unbound = (await watch.changes()).filter(
        (change) => change.text.startsWith("Deleted") && lab.site.vips.some((vip) => change.text.includes(` ${vip}/`)),
      );
      assert.equal(unbound.length, lab.site.vips.length, "VIPs that were unbound on the host");
      const last = Math.max(...withdrawn.map((event) => event.at));
      const first = Math.min(...unbound.map((change) => change.at));
      assert.ok(last < first, `a VIP was unbound ${last - first} ms before the last one was withdrawn`);
      stage.say(
        `the router had heard it withdraw each VIP ${((first - last) / 1000).toFixed(1)} s before the first was unbound`,
      );
    } finally {
      await watch.stop();
    }
    assert.deepEqual(await host.ipvs(), [], "what is left in IPVS");
    const links = await host.links();
    assert.deepEqual(links, ["eth0", "lo"], "what is left of links");
    await stage.onlyServedBy(stage.allBut(host));
    stage.say(`nothing is left on ${host.name}; the others answer everything`);

    const back = await lab.router.mark();
    host.controller.start();
    await lab.converged();
    await stage.routerHeardOnly(stage.everyVip(host, "announced"), back);
    await stage.servedBy(host);
    stage.say(`started again: each VIP was announced once, ${host.name} serves`);
  },
};
