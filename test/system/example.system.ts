import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { until } from "../../lab/patience.ts";
import { exampleSite } from "../../lab/site.ts";
import { Topology } from "../../lab/topology.ts";

/** The original's example, unchanged: iBGP to two routers, a target port that collides with the default metrics address. */
const EXAMPLE: unknown = JSON.parse(`{
  "bgp": { "peers": [ { "address": "10.88.0.253", "as": 65512 }, { "address": "10.88.0.254", "as": 65512 } ],
           "local": { "routerID": "10.88.0.200", "as": 65512, "listenPort": -1 } },
  "service": { "name": "matchbox", "ip": "10.88.2.1",
               "ports": [ { "servicePort": 80, "targetLocalPort": 8080 }, { "servicePort": 443, "targetLocalPort": 8081 } ],
               "protocol": "tcp", "httphealthcheck": { "port": 8080 } } }`);

const VIP = "10.88.2.1";
const GAUGE = 'bgp_lb_path_advertisement{prefix="10.88.2.1",prefix_length="32",next_hop="10.88.0.200"}';

async function bothRoutersHaveIt(lab: Topology): Promise<void> {
  for (const router of lab.routers) {
    let seen: readonly string[] = [];
    await until(
      `${router.name} has ${VIP} by the host`,
      async () => {
        seen = await router.nextHops(VIP);
        return seen.join() === "10.88.0.200";
      },
      { seconds: 45, seen: () => seen },
    );
  }
}

describe("the original's example config with -ipvs-setup", () => {
  let lab: Topology;

  before(async () => {
    lab = await Topology.start({ site: exampleSite(), host: () => ({ config: EXAMPLE }) });
    lab.client.start();
    await bothRoutersHaveIt(lab);
  });

  after(async () => {
    await lab?.stop();
  });

  it("tells each router once", async () => {
    for (const router of lab.routers) {
      const routes = router.events().filter((event) => event.kind !== "session");
      assert.deepEqual(
        routes.map((event) => `${event.kind} ${event.prefix}`),
        ["announced 10.88.2.1/32"],
        router.name,
      );
      assert.equal((await router.updates()).length, 1, `UPDATEs to ${router.name}`);
    }
  });

  it("sets up the link and IPVS as the original did", async () => {
    const [host] = lab.hosts;
    assert.ok(host);
    assert.ok((await host.addresses()).includes("matchbox 10.88.2.1/32"));
    assert.deepEqual((await host.ipvs()).toSorted(), [
      "-A -t 10.88.2.1:443 -s rr",
      "-A -t 10.88.2.1:80 -s rr",
      "-a -t 10.88.2.1:443 -r 10.88.0.200:8081 -m -w 1",
      "-a -t 10.88.2.1:80 -r 10.88.0.200:8080 -m -w 1",
    ]);
  });

  it("carries a client's requests", async () => {
    const strays = (await lab.client.next(8)).filter((request) => request.host !== "h1");
    assert.deepEqual(strays, []);
  });

  it("has the original's metric", async () => {
    const [host] = lab.hosts;
    let seen: readonly string[] = [];
    await until(
      "the metric says 1",
      async () => {
        seen = ((await host?.metricsText()) ?? "").split("\n").filter((line) => line.startsWith(`${GAUGE} `));
        return seen.join() === `${GAUGE} 1`;
      },
      { seen: () => seen },
    );
  });

  it("leaves in order on SIGTERM: withdrawn at both routers, then torn down", async () => {
    const [host] = lab.hosts;
    assert.ok(host);
    const watch = await host.watchKernel();
    try {
      assert.deepEqual(await host.controller.stop("SIGTERM"), { code: 0, signal: null });
      const unbound = (await watch.changes()).find((change) => /^Deleted.* 10\.88\.2\.1\//.test(change.text));
      assert.ok(unbound, "the VIP was unbound");
      for (const router of lab.routers) {
        const last = router.events().at(-1);
        assert.equal(last?.kind, "withdrawn", `${router.name} heard last`);
        assert.ok(last.at < unbound.at, `${router.name} heard it before the VIP was unbound`);
      }
    } finally {
      await watch.stop();
    }
    assert.deepEqual(await host.ipvs(), []);
    assert.deepEqual(await host.links(), ["eth0", "lo"]);
  });
});

describe("the original's example config by the defaults", () => {
  let lab: Topology;

  before(async () => {
    lab = await Topology.start({
      site: exampleSite(),
      host: () => ({ config: EXAMPLE, ipvs: false, flags: ["-metrics-address", ":8081"] }),
    });
    await bothRoutersHaveIt(lab);
  });

  after(async () => {
    await lab?.stop();
  });

  it("warns that a target port is the metrics port, and names both", () => {
    const [host] = lab.hosts;
    const warnings = (host?.controller.output() ?? "").split("\n").filter((line) => /"level":"warn(ing)?"/.test(line));
    assert.ok(
      warnings.some((line) => line.includes("8081") && /target/i.test(line) && /metrics/i.test(line)),
      `no such warning among: ${warnings.join("\n")}`,
    );
  });

  it("binds the VIP and announces it, and leaves IPVS alone", async () => {
    const [host] = lab.hosts;
    assert.ok(host);
    assert.ok((await host.addresses()).includes("matchbox 10.88.2.1/32"));
    assert.deepEqual(await host.ipvs(), []);
  });
});
