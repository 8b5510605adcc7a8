import assert from "node:assert/strict";
import { until } from "../patience.ts";
import type { Act } from "../stage.ts";

/** gobgpd would go on announcing a host that nobody watches over any more; the lease ends that. */
export const controllerStaysDead: Act = {
  title: "kill -9 the controller of h1 for good; its guard ends the lease",
  async play(stage) {
    const { lab } = stage;
    const host = stage.host(0);
    const before = await lab.router.mark();
    await host.controller.stop("SIGKILL");
    stage.say(`killed the controller of ${host.name}; its service and its gobgpd run on, and nobody starts it again`);
    await stage.routerHeardOnly(stage.everyVip(host, "withdrawn"), before);
    stage.say(`its guard withdrew each VIP once when the lease had ended`);
    await stage.onlyServedBy(stage.allBut(host));

    const back = await lab.router.mark();
    host.controller.start();
    await lab.converged();
    await stage.routerHeardOnly(stage.everyVip(host, "announced"), back);
    await stage.servedBy(host);
    stage.say(`started the controller again: each VIP was announced once, ${host.name} serves`);
    await until("the guard has handed back", () => host.guard?.output().includes("the controller is back"));
    assert.equal(host.guard?.starts, 1, "starts of the guard");
  },
};
