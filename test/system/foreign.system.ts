import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Host } from "../../lab/host.ts";
import { until } from "../../lab/patience.ts";
import { Stage } from "../../lab/stage.ts";
import { Topology } from "../../lab/topology.ts";

/** What an administrator has on the host beside bgp-lb; some of it on bgp-lb's own link and VIP. */
const FOREIGN = {
  ip: [
    "addr add 198.18.0.1/32 dev web",
    "link add other type dummy",
    "addr add 198.18.0.2/32 dev other",
    "link set other up",
  ],
  addresses: ["other 198.18.0.2/32", "web 198.18.0.1/32"],
  ipvs: [
    "-A -t 203.0.113.10:8443 -s wlc",
    "-a -t 203.0.113.10:8443 -r 192.0.2.11:9443 -m -w 7",
    "-A -u 198.18.0.2:53 -s rr",
  ],
};

/** What is ours on the host, as cleanup tells it. The link has an address of somebody else's, so it stays. */
const REMOVED = [
  "withdraw 203.0.113.10/32",
  "withdraw 2001:db8:f::10/128",
  "delete peer 192.0.2.1",
  "delete virtual service tcp 203.0.113.10:80",
  "delete virtual service tcp [2001:db8:f::10]:80",
  "put net.ipv4.vs.expire_nodest_conn back to 0",
  "put net.ipv4.vs.expire_quiescent_template back to 0",
  "unbind 203.0.113.10/32 from web",
  "unbind 2001:db8:f::10/128 from web",
];

async function foreignOnly(host: Host): Promise<void> {
  const addresses = (await host.addresses()).filter((line) => !line.startsWith("eth0 "));
  assert.deepEqual(addresses, FOREIGN.addresses, "addresses");
  assert.deepEqual((await host.ipvs()).toSorted(), FOREIGN.ipvs.toSorted(), "IPVS");
}

describe("what is not ours", () => {
  let lab: Topology;
  let host: Host;
  let stage: Stage;

  before(async () => {
    lab = await Topology.start({ hosts: 1 });
    await lab.converged();
    lab.client.start();
    stage = new Stage(lab, () => {});
    host = stage.host(0);
    await host.namespace.ip(FOREIGN.ip);
    await host.namespace.run(["ipvsadm", "-R"], `${FOREIGN.ipvs.join("\n")}\n`);
  });

  after(async () => {
    await lab?.stop();
  });

  it("survives a restart after kill -9, which adopts what is ours", async () => {
    const ipvs = await host.ipvs();
    const addresses = await host.addresses();
    const mark = await lab.router.mark();
    await host.controller.stop("SIGKILL");
    await until("its metrics are gone", () => lab.client.advertised(host.name) === undefined);
    host.controller.start();
    await stage.metricsSay(host, true);
    assert.deepEqual(await host.ipvs(), ipvs);
    assert.deepEqual(await host.addresses(), addresses);
    assert.deepEqual(await lab.router.updates(mark), []);
  });

  it("survives the clean leave on SIGTERM", async () => {
    assert.deepEqual(await host.controller.stop("SIGTERM"), { code: 0, signal: null });
    await foreignOnly(host);
  });

  // fault: cleanup-after-crash
  it("survives `bgp-lb cleanup` after a kill -9, which removes everything that is ours", async () => {
    host.controller.start();
    await lab.converged();
    await host.controller.stop("SIGKILL");
    const text = await host.command("cleanup");
    assert.deepEqual(text.trim().split("\n"), REMOVED);
    await lab.spreadsOver([]);
    await foreignOnly(host);
  });
});
