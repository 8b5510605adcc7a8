import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KernelOp } from "../../src/core/op.ts";
import type { RealServer } from "../../src/core/service.ts";
import { virtualServiceKey } from "../../src/core/service.ts";
import { ip, KERNEL, link, OWN, server, service, virtual } from "./build.ts";
import { realKernel } from "./real-kernel.ts";

/** Real links and real IPVS; in a network namespace of each test's own. Needs root, and a kernel with dummy and ip_vs. */
describe("real links and real IPVS", () => {
  const real = realKernel();
  const { applyWell, observed } = real;

  test("what is applied is observed, and applied twice it is as well", async () => {
    const services = [service("198.51.100.1"), service("2001:db8:f::1")];
    const ops = [...link("bgplb-a", ["198.51.100.1", "2001:db8:f::1"]), ...services.flatMap(virtual)];
    for (let time = 0; time < 2; time++) {
      await applyWell(ops);
      const { links, bound, virtualServices } = await observed();
      const { addresses: _, ...made } = links.get("bgplb-a") ?? { addresses: [] };
      assert.deepEqual(made, { name: "bgplb-a", kind: "dummy", alias: "bgp-lb", up: true });
      assert.deepEqual(bound("bgplb-a"), ["198.51.100.1/32", "2001:db8:f::1/128"]);
      assert.deepEqual(virtualServices, new Map(services.map((one) => [virtualServiceKey(one), one])));
    }
  });

  test("a real server on this host itself is seen as it was set, by every forwarding", async () => {
    await real.host.must("ip link add name bgplb-host type dummy", `ip address add ${OWN}/24 dev bgplb-host`);
    const own = service("198.51.100.1", {
      realServers: [server(), server({ port: 80, forwarding: "direct" }), server({ address: ip("198.51.100.1") })],
    });
    await applyWell([...link("bgplb-a", ["198.51.100.1"]), ...virtual(own)]);
    const seen = (await observed()).virtualServices.get(virtualServiceKey(own));
    const inOrder = (servers: readonly RealServer[] = []) =>
      servers.map((one) => JSON.stringify(one, Object.keys(server()))).sort();
    assert.deepEqual(inOrder(seen?.realServers), inOrder(own.realServers));
  });

  test("every protocol, scheduler flag, weight and forwarding is read back as written", async () => {
    const services = [
      service("198.51.100.1", { protocol: "udp", scheduler: "sh", flags: ["sh-fallback", "sh-port"] }),
      service("198.51.100.1", { protocol: "sctp", scheduler: "wlc", realServers: [server({ weight: 65_535 })] }),
      service("198.51.100.1", { scheduler: "mh", flags: ["mh-port"], realServers: [server({ weight: 0 })] }),
      service("2001:db8:f::1", {
        realServers: [server({ address: ip("2001:db8:1::11"), port: 80, forwarding: "tunnel" })],
      }),
      service("2001:db8:f::1", { port: 81, realServers: [server({ port: 81, forwarding: "tunnel" })] }),
    ];
    await real.host.must("ip address add 203.0.113.1/32 dev lo");
    await applyWell(services.flatMap(virtual));
    assert.deepEqual(
      (await observed()).virtualServices,
      new Map(services.map((one) => [virtualServiceKey(one), one] as const).sort()),
    );
  });

  test("an IPv6 address stands once on a link: under another length it comes only after the old one has gone", async () => {
    const length = (kind: "address.add" | "address.delete", prefixLength: number): KernelOp => ({
      ...KERNEL,
      kind,
      link: "bgplb-a",
      address: ip("2001:db8:f::1"),
      prefixLength,
    });
    await applyWell(link("bgplb-a", ["2001:db8:f::1"]));
    await applyWell([length("address.add", 64)]);
    assert.deepEqual((await observed()).bound("bgplb-a"), ["2001:db8:f::1/128"], "taken for done, and is not");
    await applyWell([length("address.delete", 128), length("address.add", 64)]);
    assert.deepEqual((await observed()).bound("bgplb-a"), ["2001:db8:f::1/64"]);
  });

  test("edits change in place and deletes leave nothing, also the second time", async () => {
    const made = service("198.51.100.1");
    await applyWell([...link("bgplb-a", ["198.51.100.1"]), ...virtual(made)]);
    const edited = { ...made, scheduler: "sh", flags: ["sh-port"], realServers: [server({ weight: 0 })] } as const;
    const edits: KernelOp[] = [
      { ...KERNEL, kind: "virtualService.edit", service: edited },
      { ...KERNEL, kind: "realServer.edit", service: edited, server: server({ weight: 0 }) },
    ];
    for (let time = 0; time < 2; time++) {
      await applyWell(edits);
      assert.deepEqual((await observed()).virtualServices, new Map([[virtualServiceKey(made), edited]]));
    }
    const removal: KernelOp[] = [
      { ...KERNEL, kind: "realServer.delete", service: edited, server: server() },
      { ...KERNEL, kind: "virtualService.delete", service: edited },
      { ...KERNEL, kind: "address.delete", link: "bgplb-a", address: ip("198.51.100.1"), prefixLength: 32 },
      { ...KERNEL, kind: "link.delete", link: "bgplb-a" },
    ];
    for (let time = 0; time < 2; time++) {
      await applyWell(removal);
      const { links, virtualServices } = await observed();
      assert.deepEqual([...links.keys()], ["lo"]);
      assert.equal(virtualServices.size, 0);
    }
  });

  // fault: foreign-objects
  test("what is somebody else's survives everything that is done to ours", async () => {
    await real.host.must(
      "ip link add name foreign type dummy",
      "ip link property add dev foreign altname uplink",
      "ip address add 203.0.113.7/24 dev foreign",
    );
    const made = service("198.51.100.1");
    await applyWell([...link("bgplb-a", ["198.51.100.1", "2001:db8:f::1"]), ...virtual(made)]);
    const before = await real.host.must(
      "ip address add 203.0.113.9/32 dev bgplb-a",
      "ipvsadm -A -t 198.51.100.1:8443 -s wrr -p 300",
      "ipvsadm -a -t 198.51.100.1:8443 -r 192.0.2.99:443 -m -w 7",
      "ipvsadm -A -f 7 -s rr",
      "ipvsadm -S -n",
    );
    const altname = (await observed()).links.get("uplink");
    assert.equal(altname?.kind, "altname of foreign");
    await applyWell([
      { ...KERNEL, kind: "virtualService.edit", service: { ...made, scheduler: "wlc" } },
      { ...KERNEL, kind: "virtualService.delete", service: made },
      { ...KERNEL, kind: "address.delete", link: "bgplb-a", address: ip("198.51.100.1"), prefixLength: 32 },
    ]);
    const { bound, virtualServices } = await observed();
    assert.deepEqual(bound("bgplb-a"), ["203.0.113.9/32", "2001:db8:f::1/128"]);
    assert.deepEqual(bound("foreign"), ["203.0.113.7/24"]);
    assert.deepEqual([...virtualServices.keys()], ["tcp 198.51.100.1:8443"]);
    const lines = before.split("\n").filter((line) => !line.includes("198.51.100.1:80 "));
    assert.equal(await real.host.must("ipvsadm -S -n"), lines.join("\n"));
  });

  test("an IPv6 address that went with its link is seen missing, and is bound again", async () => {
    await applyWell(link("bgplb-a", ["198.51.100.1", "2001:db8:f::1"]));
    await real.host.must("ip link set dev bgplb-a down", "ip link set dev bgplb-a up");
    assert.deepEqual((await observed()).bound("bgplb-a"), ["198.51.100.1/32"]);
    await applyWell(link("bgplb-a", ["198.51.100.1", "2001:db8:f::1"]));
    assert.deepEqual((await observed()).bound("bgplb-a"), ["198.51.100.1/32", "2001:db8:f::1/128"]);
  });
});
