import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KernelOp } from "../../src/core/op.ts";
import type { Scheduler } from "../../src/core/service.ts";
import { virtualServiceKey } from "../../src/core/service.ts";
import { LinuxKernel } from "../../src/dataplane/kernel.ts";
import { ip, KERNEL, link, server, service, virtual } from "./build.ts";
import { realKernel } from "./real-kernel.ts";

/** A real kernel that refuses, and a thousand services; in a network namespace of each test's own. Needs root, and a kernel with dummy and ip_vs. */
const signal = new AbortController().signal;

describe("a real kernel that refuses, and a thousand services", () => {
  const real = realKernel();
  const { apply, applyWell, observed } = real;

  // fault: batch-fails-in-part
  test("each op has its own result when lines of both batches fail, and the others take effect", async () => {
    const good = service("198.51.100.1");
    // No kernel has it; one of those that ipvsadm(8) names may be missing on one kernel and there on the next.
    const bad = service("198.51.100.2", { scheduler: "nosuch" as Scheduler });
    const ops: KernelOp[] = [
      { ...KERNEL, kind: "link.up", link: "bgplb-none" },
      ...link("bgplb-a", ["198.51.100.1"]),
      { ...KERNEL, kind: "address.add", link: "bgplb-none", address: ip("198.51.100.9"), prefixLength: 32 },
      { ...KERNEL, kind: "link.add", link: "a name that is wrong" },
      ...virtual(bad),
      ...virtual(good),
      { ...KERNEL, kind: "realServer.edit", service: good, server: server({ port: 9 }) },
    ];
    const errors = (await apply(ops)).map((result) => (result.ok ? "" : result.error));
    assert.deepEqual(
      errors.filter((error) => error !== ""),
      [
        'ip link set dev bgplb-none up: Cannot find device "bgplb-none"',
        'ip address add 198.51.100.9/32 dev bgplb-none: Cannot find device "bgplb-none"',
        'link name "a name that is wrong" has 20 bytes, not 1..15',
        "ipvsadm -A -t 198.51.100.2:80 -s nosuch: Scheduler or persistence engine not found (exit code 255); the kernel has no such scheduler: run modprobe ip_vs_nosuch on the host",
        "ipvsadm -a -t 198.51.100.2:80 -r 192.0.2.10:8080 -m -w 1: Service not defined",
        "ipvsadm -e -t 198.51.100.1:80 -r 192.0.2.10:9 -m -w 1: No such destination (exit code 255)",
      ],
    );
    assert.deepEqual(
      errors.flatMap((error, index) => (error === "" ? [] : [index])),
      [0, 5, 6, 7, 8, 11],
    );
    const { bound, virtualServices } = await observed();
    assert.deepEqual(bound("bgplb-a"), ["198.51.100.1/32"]);
    assert.deepEqual([...virtualServices.values()], [good]);
  });

  test("a thousand services are made, seen and removed by as many programs as one", async () => {
    const count = 1000;
    const vips = Array.from({ length: count }, (_, i) => `198.18.${i >> 8}.${i & 255}`);
    const services = vips.map((vip) => service(vip));
    real.host.ran.length = 0;
    await applyWell([...link("bgplb-a", vips), ...services.flatMap(virtual)]);
    const { bound, virtualServices } = await observed();
    assert.equal(bound("bgplb-a")?.length, count);
    assert.deepEqual(virtualServices, new Map(services.map((one) => [virtualServiceKey(one), one])));
    await applyWell([
      ...services.map((one): KernelOp => ({ ...KERNEL, kind: "virtualService.delete", service: one })),
      { ...KERNEL, kind: "link.delete", link: "bgplb-a" },
    ]);
    assert.deepEqual(real.host.ran, [
      "ip -force -batch -",
      "ipvsadm -R",
      "ip -json -details address show",
      "ipvsadm -R",
      "ip -force -batch -",
    ]);
    assert.equal((await observed()).virtualServices.size, 0);
  });

  // fault: no-privileges
  test("without privileges all is seen, and every op says what it needs", async () => {
    await applyWell([...link("bgplb-a", ["198.51.100.1"]), ...virtual(service("198.51.100.1"))]);
    const nobody = new LinuxKernel({ command: real.host.asNobody(), ipvs: true });
    const state = await nobody.observe(signal);
    assert.equal(state.links.get("bgplb-a")?.alias, "bgp-lb");
    assert.equal(state.virtualServices?.size, 1);
    const ops: KernelOp[] = [...link("bgplb-b", ["198.51.100.2"]), ...virtual(service("198.51.100.2"))];
    for (const result of await nobody.apply(ops, signal)) {
      assert.ok(!result.ok);
      if (result.op.kind === "link.add" || "service" in result.op) assert.match(result.error, /needs CAP_NET_ADMIN/);
    }
    assert.deepEqual([...(await observed()).links.keys()], ["lo", "bgplb-a"]);
  });

  test("a cancelled pass answers for each op and does not throw", async () => {
    const cancelled = AbortSignal.abort();
    const ops = [...link("bgplb-a", []), ...virtual(service("198.51.100.1"))];
    for (const result of await real.kernel.apply(ops, cancelled))
      assert.match(result.ok ? "ok" : result.error, /cancelled/);
    await assert.rejects(real.kernel.observe(cancelled), { name: "CommandError", message: /cancelled/ });
  });
});
