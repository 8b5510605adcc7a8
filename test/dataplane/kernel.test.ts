import assert from "node:assert/strict";
import { test } from "node:test";
import type { KernelOp } from "../../src/core/op.ts";
import type { VirtualService } from "../../src/core/service.ts";
import { PROC_TABLE } from "../../src/dataplane/ipvs-proc.ts";
import { LinuxKernel } from "../../src/dataplane/kernel.ts";
import { ip } from "./build.ts";
import { FakeCommand } from "./fake-command.ts";
import { FakeIpvsadm } from "./fake-ipvsadm.ts";
import { fixture } from "./fixture.ts";

const signal = new AbortController().signal;
const SERVICE: VirtualService = {
  vip: ip("10.88.2.1"),
  port: 80,
  protocol: "tcp",
  scheduler: "rr",
  flags: [],
  realServers: [],
};
const LINK: KernelOp = { target: "kernel", kind: "link.add", link: "web" };
const ADD: KernelOp = { target: "kernel", kind: "virtualService.add", service: SERVICE };
const show = () => ({ stdout: fixture("address-show.iproute2-6.1.0.json") });

test("without IPVS to manage it is neither read nor changed", async () => {
  const command = new FakeCommand({ ip: show });
  command.files.set(PROC_TABLE, fixture("proc-ip_vs.linux-6.1.txt"));
  const kernel = new LinuxKernel({ command, ipvs: false });
  assert.equal((await kernel.observe(signal)).virtualServices, undefined);
  const [link, service] = await kernel.apply([LINK, ADD], signal);
  assert.deepEqual(link, { op: LINK, ok: true });
  assert.deepEqual(service, { op: ADD, ok: false, error: "IPVS is not ours to change: start with -ipvs-setup" });
});

test("the whole state is one program and one file", async () => {
  const command = new FakeCommand({ ip: show });
  command.files.set(PROC_TABLE, fixture("proc-ip_vs.linux-6.1.txt"));
  const state = await new LinuxKernel({ command, ipvs: true }).observe(signal);
  assert.equal(state.links.get("web")?.alias, "bgp-lb");
  assert.equal(state.virtualServices?.size, 6);
  assert.deepEqual(
    command.calls.map(({ argv }) => argv.join(" ")),
    ["ip -json -details address show"],
  );
});

test("ipvsadm is asked only where a scheduler has flags, which /proc does not show", async () => {
  const command = new FakeCommand({
    ip: show,
    "ipvsadm -S": () => ({ stdout: fixture("save-flags.ipvsadm-1.31.txt") }),
  });
  command.files.set(PROC_TABLE, fixture("proc-ip_vs-flags.linux-6.1.txt"));
  const state = await new LinuxKernel({ command, ipvs: true }).observe(signal);
  const flagged = [...(state.virtualServices?.values() ?? [])].find(({ port }) => port === 54);
  assert.deepEqual(flagged?.flags, ["sh-fallback", "sh-port"]);
  assert.equal(command.calls.length, 2);
});

// fault: module-missing
test("a kernel without the module has an empty table", async () => {
  const state = await new LinuxKernel({ command: new FakeCommand({ ip: show }), ipvs: true }).observe(signal);
  assert.deepEqual(state.virtualServices, new Map());
});

test("an observation that fails says the command, its answer and the exit code", async () => {
  const failing = new FakeCommand({
    ip: () => ({ code: 1, stderr: "Cannot open netlink socket: Protocol not supported\n" }),
  });
  await assert.rejects(new LinuxKernel({ command: failing, ipvs: false }).observe(signal), {
    name: "CommandError",
    message: "ip -json -details address show: Cannot open netlink socket: Protocol not supported (exit code 1)",
  });
  const odd = new FakeCommand({ ip: () => ({ stdout: "1: lo: <LOOPBACK>" }) });
  await assert.rejects(new LinuxKernel({ command: odd, ipvs: false }).observe(signal), { name: "UnexpectedOutput" });
});

test("ops go to the two tools in the order given, consecutive ones together, and results come back in it", async () => {
  const fake = new FakeIpvsadm();
  const command = new FakeCommand({ ip: () => ({}), ipvsadm: fake.answer });
  command.files.set(PROC_TABLE, () => fake.proc());
  const kernel = new LinuxKernel({ command, ipvs: true });
  const up: KernelOp = { ...LINK, kind: "link.up" };
  const remove: KernelOp = { ...ADD, kind: "virtualService.delete" };
  const ops = [LINK, up, ADD, remove, { ...LINK, kind: "link.delete" } as const];
  const results = await kernel.apply(ops, signal);
  assert.deepEqual(
    results,
    ops.map((op) => ({ op, ok: true })),
  );
  assert.deepEqual(
    command.calls.map(({ argv, stdin }) => `${argv[0]}: ${stdin.trim().replaceAll("\n", "; ")}`),
    [
      "ip: link add name web type dummy; link set dev web up",
      "ipvsadm: -A -t 10.88.2.1:80 -s rr",
      "ipvsadm: -D -t 10.88.2.1:80",
      "ip: link delete dev web",
    ],
  );
  assert.deepEqual(await kernel.apply([], signal), []);
});
