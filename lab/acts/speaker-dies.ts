import assert from "node:assert/strict";
import type { Act } from "../stage.ts";

/** gobgpd forgets everything when it dies: the controller has to see that, and to tell the new one. The dataplane is not touched. */
export const speakerDies: Act = {
  title: "kill -9 the gobgpd of h1; its supervisor starts an empty one",
  async play(stage) {
    const { lab } = stage;
    const host = stage.host(0);
    const before = await lab.router.mark();
    const watch = await host.watchKernel();
    try {
      await host.gobgpd.kill("SIGKILL");
      stage.say(`killed gobgpd on ${host.name}: the session breaks, its routes are gone at the router`);
      await stage.routerHeardOnly([...stage.everyVip(host, "lost"), ...stage.everyVip(host, "announced")], before);
      stage.say("the controller has injected its paths again: each VIP was announced once");
      await lab.converged();
      await stage.servedBy(host);
      await stage.metricsSay(host, true);
      stage.say(`the router spreads over all hosts again, ${host.name} serves`);
      assert.deepEqual(await watch.changes(), [], `changes of links and addresses on ${host.name}`);
      stage.say(`no link and no address of ${host.name} was touched for it`);
    } finally {
      await watch.stop();
    }
  },
};
