import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { KernelOp } from "../../src/core/op.ts";
import { LinuxKernel } from "../../src/dataplane/kernel.ts";
import { ip, KERNEL, link } from "./build.ts";
import { NamespaceCommand } from "./namespace-command.ts";

/** Kernel settings of a link that change what becomes of addresses; in a network namespace of each test's own. Needs root, and a kernel with dummy. */
const signal = new AbortController().signal;
const PROMOTE = "/proc/sys/net/ipv4/conf/bgplb-a/promote_secondaries";

describe("kernel settings of a link", () => {
  let host: NamespaceCommand;
  let kernel: LinuxKernel;

  beforeEach(async () => {
    host = await NamespaceCommand.create();
    kernel = new LinuxKernel({ command: host, ipvs: false });
    // What the kernel itself begins with; a distribution may have set it.
    await host.must("echo 0 > /proc/sys/net/ipv4/conf/default/promote_secondaries");
  });

  afterEach(() => host.close());

  async function bound(): Promise<readonly string[]> {
    const found = (await kernel.observe(signal)).links.get("bgplb-a")?.addresses ?? [];
    return found
      .filter(({ address }) => !address.startsWith("fe80:"))
      .map((one) => `${one.address}/${one.prefixLength}`);
  }

  async function errors(ops: readonly KernelOp[]): Promise<readonly string[]> {
    return (await kernel.apply(ops, signal)).flatMap((result) => (result.ok ? [] : result.error));
  }

  const vip = { ...KERNEL, link: "bgplb-a", address: ip("10.88.2.1"), prefixLength: 24 } as const;

  test("somebody else's address survives the end of a VIP of its subnet", async () => {
    assert.deepEqual(await errors([...link("bgplb-a", []), { ...vip, kind: "address.add" }]), []);
    assert.deepEqual(host.ran, ["ip -force -batch -"]);
    assert.equal(await host.read(PROMOTE), "1\n");
    await host.must("ip address add 10.88.2.77/24 dev bgplb-a");
    assert.deepEqual(await errors([{ ...vip, kind: "address.delete" }]), []);
    assert.deepEqual(await bound(), ["10.88.2.77/24"]);
  });

  // fault: sysctl-refused
  test("where it cannot be set the link is ours all the same, and one line says what to run", async () => {
    await host.must("ip link add name bgplb-a type dummy");
    const nobody = host.asNobody();
    const refusing = new LinuxKernel({
      command: {
        run: (...args) => host.run(...args),
        read: (path) => host.read(path),
        write: (...args) => nobody.write(...args),
      },
      ipvs: false,
    });
    const results = await refusing.apply([...link("bgplb-a", []), { ...vip, kind: "address.add" }], signal);
    assert.deepEqual(
      results.map(({ ok }) => ok),
      [true, true, true, false],
    );
    assert.match(
      JSON.stringify(results[3]),
      /promote_secondaries cannot be set to 1 \(.*Permission denied.*\).* run sysctl -w net/,
    );
    assert.equal((await kernel.observe(signal)).links.get("bgplb-a")?.alias, "bgp-lb");
    await host.must("ip address add 10.88.2.77/24 dev bgplb-a");
    const [gone] = await refusing.apply([{ ...vip, kind: "address.delete" }], signal);
    assert.match(JSON.stringify(gone), /deleting a VIP may delete other addresses of its subnet/);
    assert.deepEqual(await bound(), [], "so the test above can fail");
  });

  // fault: ipv6-off
  test("an IPv6 VIP where IPv6 is switched off names the settings", async () => {
    await host.must("echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
    const found = await errors(link("bgplb-a", ["10.88.2.1", "2001:db8:f::1"]));
    assert.equal(found.length, 1);
    assert.match(
      found[0] ?? "",
      /^ip address add 2001:db8:f::1\/128 dev bgplb-a nodad: .*(Permission denied|IPv6 is disabled on this device); IPv6 is switched off on bgplb-a: set net\.ipv6\.conf\.all\.disable_ipv6, net\.ipv6\.conf\.default\.disable_ipv6, net\.ipv6\.conf\.bgplb-a\.disable_ipv6 to 0 /,
    );
    assert.deepEqual(await bound(), ["10.88.2.1/32"]);
    // What the line says to do helps.
    await host.must("echo 0 > /proc/sys/net/ipv6/conf/all/disable_ipv6");
    assert.deepEqual(await errors(link("bgplb-a", ["2001:db8:f::1"])), []);
    assert.deepEqual(await bound(), ["10.88.2.1/32", "2001:db8:f::1/128"]);
  });
});
