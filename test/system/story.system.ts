import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { until } from "../../lab/patience.ts";
import { Stage } from "../../lab/stage.ts";
import { ACTS } from "../../lab/story.ts";
import { Topology } from "../../lab/topology.ts";

describe("the demo's network: three hosts, one router, one client", () => {
  let lab: Topology;
  let stage: Stage;

  before(async () => {
    lab = await Topology.start({ hosts: 3 });
    await lab.converged();
    lab.client.start();
    stage = new Stage(lab, () => {});
  });

  after(async () => {
    await lab?.stop();
  });

  it("each host announces each VIP once, and all of them serve", async () => {
    const everything = lab.hosts.flatMap((host) => stage.everyVip(host, "announced"));
    await stage.routerHeardOnly(everything, { events: 0, bytes: 0 });
    await stage.onlyServedBy(lab.hosts);
    for (const host of lab.hosts) await stage.servedBy(host);
    for (const host of lab.hosts) await stage.metricsSay(host, true);
  });

  for (const act of ACTS) it(act.title, () => act.play(stage));

  it("a gobgpd that hangs (SIGSTOP) is outlived: back to work, it is adopted without a change on the host", async () => {
    const host = stage.host(0);
    const before = await lab.router.mark();
    const { pid } = host.controller;
    const watch = await host.watchKernel();
    try {
      host.gobgpd.freeze();
      await stage.routerHeardOnly(stage.everyVip(host, "lost"), before);
      await stage.onlyServedBy(stage.allBut(host));
      assert.equal(host.controller.pid, pid, "the controller's process");
      const back = await lab.router.mark();
      host.gobgpd.thaw();
      await lab.converged();
      await stage.routerHeardOnly(stage.everyVip(host, "announced"), back);
      await stage.servedBy(host);
      await stage.metricsSay(host, true);
      assert.equal(host.controller.pid, pid, "the controller's process");
      assert.deepEqual(await watch.changes(), [], "changes of links and addresses");
    } finally {
      await watch.stop();
    }
  });

  it("a service that accepts and never answers (SIGSTOP) loses its route, and gets it back", async () => {
    const host = stage.host(1);
    const before = await lab.router.mark();
    host.service.freeze();
    await stage.routerHeardOnly(stage.everyVip(host, "withdrawn"), before);
    await stage.onlyServedBy(stage.allBut(host));
    host.service.thaw();
    await lab.converged();
    await stage.servedBy(host);
  });

  // fault: virtual-service-deleted
  // fault: real-server-deleted
  // fault: ipvs-flushed
  it("an address, a virtual service and a real server that someone deletes are put back, and all of a flushed IPVS", async () => {
    const [vip = ""] = lab.site.vips;
    const look = async () =>
      JSON.stringify(await Promise.all(lab.hosts.map(async (h) => [await h.addresses(), (await h.ipvs()).toSorted()])));
    const [first, second, third] = [stage.host(0), stage.host(1), stage.host(2)];
    const before = await look();
    await Promise.all([
      third.namespace.ip([`addr del ${vip}/32 dev web`]),
      third.namespace.run(["ipvsadm", "-D", "-t", `${vip}:80`]),
      second.namespace.run(["ipvsadm", "-d", "-t", `${vip}:80`, "-r", `${second.station.ipv4}:8080`]),
      first.namespace.run(["ipvsadm", "-C"]),
    ]);
    let seen = "";
    await until(
      "what was deleted is back",
      async () => {
        seen = await look();
        return seen === before;
      },
      { seconds: 60, seen: () => seen },
    );
    await lab.converged();
    for (const host of lab.hosts) await stage.servedBy(host);
  });
});
