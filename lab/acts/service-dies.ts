import type { Act } from "../stage.ts";

/** Health decides: the route leaves with the service and returns with it, and nobody else's route moves. */
export const serviceDies: Act = {
  title: "the service on h2 is killed, then started again",
  async play(stage) {
    const { lab } = stage;
    const host = stage.host(1);
    const others = stage.allBut(host);

    const before = await lab.router.mark();
    await host.service.stop("SIGKILL");
    stage.say(`killed the service on ${host.name}`);
    await lab.spreadsOver(others);
    await stage.routerHeardOnly(stage.everyVip(host, "withdrawn"), before);
    stage.say(`the router heard ${host.name} withdraw each VIP once, and nothing else`);
    await stage.onlyServedBy(others);
    await stage.metricsSay(host, false);
    stage.say("the traffic has moved: the next requests were all answered, by the others");

    const back = await lab.router.mark();
    host.service.start();
    stage.say(`started the service on ${host.name} again`);
    await lab.converged();
    await stage.routerHeardOnly(stage.everyVip(host, "announced"), back);
    await stage.servedBy(host);
    await stage.metricsSay(host, true);
    stage.say(`the route has returned, announced once for each VIP; ${host.name} serves again`);
  },
};
