import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { after, before, describe, it } from "node:test";
import { chaos } from "../../lab/chaos/main.ts";
import { until } from "../../lab/patience.ts";
import { prompt } from "../../lab/prompt.ts";
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
    const [host = assert.fail()] = lab.hosts;
    const counted = /^bgp_lb_ipvs_real_server_(\w+)_total\{.*\} [1-9]/gm;
    const all = ["connections", "incoming_bytes", "incoming_packets", "outgoing_bytes", "outgoing_packets"];
    let names: readonly (string | undefined)[] = [];
    // IPVS is read now and then, not by each scrape.
    const isCounted = async () => {
      names = [...(await host.metricsText()).matchAll(counted)].map(([, name]) => name);
      return all.every((name) => names.includes(name));
    };
    await until("what IPVS carried is counted", isCounted, { seen: () => names });
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
  it("an address and an IPVS entry that someone deletes are put back", async () => {
    const host = stage.host(2);
    const addresses = await host.addresses();
    const ipvs = await host.ipvs();
    const [vip = ""] = lab.site.vips;
    await host.namespace.ip([`addr del ${vip}/32 dev web`]);
    await host.namespace.run(["ipvsadm", "-D", "-t", `${vip}:80`]);
    let seen: unknown;
    await until(
      "what was deleted is back",
      async () => {
        seen = [await host.addresses(), (await host.ipvs()).toSorted()];
        return JSON.stringify(seen) === JSON.stringify([addresses, ipvs.toSorted()]);
      },
      { seconds: 60, seen: () => seen },
    );
    await lab.converged();
    await stage.servedBy(host);
  });

  it("the prompt that --keep leaves takes the commands that it shows", async () => {
    const input = new PassThrough();
    const host = stage.host(0);
    const before = await lab.router.mark();
    const over = prompt(lab, new AbortController().signal, input);
    input.write("h1 ip addr show web\nkill h1 service\n");
    // Until the router has heard of it, clients are still sent to the host and refused.
    await stage.routerHeardOnly(stage.everyVip(host, "withdrawn"), before);
    assert.equal(host.service.running, false, "the service that was killed");
    await stage.onlyServedBy(stage.allBut(host));
    input.write("start h1 service\n");
    await lab.converged();
    input.write("nonsense\nq\n");
    await over;
    await stage.servedBy(host);
  });

  it("random faults (`npm run lab -- --chaos`): all laws are kept, and each failed request is accounted for", async () => {
    // A backend that is killed, a controller that is killed and started again, a VIP that is deleted.
    const few = { seed: 531, count: 3, overlap: 2, duration: 0 };
    const { kept, lines } = await chaos(lab, few, () => {}, new AbortController().signal);
    assert.ok(kept, lines.join("\n"));
  });
});
