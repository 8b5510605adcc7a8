import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandError } from "../../src/dataplane/command-error.ts";
import { applyIp, type IpOp, parseBatch } from "../../src/dataplane/ip-batch.ts";
import { ip } from "./build.ts";
import { type Answer, FakeCommand } from "./fake-command.ts";
import { fixture } from "./fixture.ts";

const signal = new AbortController().signal;
const KERNEL = { target: "kernel" } as const;
const VIP = { ...KERNEL, address: ip("10.88.2.1"), prefixLength: 32 } as const;
const VIP6 = { ...KERNEL, address: ip("2001:db8:f::10"), prefixLength: 128 } as const;

/** The ops of which batch.iproute2-6.1.0.in is made, and whether each is well. */
const OPS: readonly (readonly [IpOp, boolean])[] = [
  [{ ...KERNEL, kind: "link.add", link: "web" }, true],
  [{ ...KERNEL, kind: "link.add", link: "b" }, true],
  [{ ...KERNEL, kind: "link.mark", link: "b" }, true],
  [{ ...KERNEL, kind: "link.up", link: "nope" }, false],
  [{ ...VIP, kind: "address.add", link: "web" }, true],
  [{ ...VIP6, kind: "address.add", link: "web" }, true],
  [{ ...VIP, kind: "address.add", link: "nope" }, false],
  [{ ...VIP, kind: "address.delete", link: "web", address: ip("10.99.9.9") }, true],
  [{ ...VIP6, kind: "address.delete", link: "web", address: ip("2001:db8::99") }, true],
  [{ ...VIP, kind: "address.delete", link: "nope", address: ip("10.9.9.9") }, true],
  [{ ...KERNEL, kind: "link.delete", link: "b" }, true],
  [{ ...KERNEL, kind: "link.delete", link: "b" }, true],
  [{ ...KERNEL, kind: "link.add", link: "kindless" }, false],
  [{ ...KERNEL, kind: "link.up", link: "web" }, true],
];

async function apply(ops: readonly IpOp[], answer: Answer) {
  const command = new FakeCommand({ ip: answer });
  const results = await applyIp(command, ops, signal);
  assert.deepEqual(
    results.map((result) => result.op),
    ops,
  );
  return { results: results.map((result) => (result.ok ? "ok" : result.error)), calls: command.calls };
}

test("each line of a batch has its own result; what is so already is well", async () => {
  const { results, calls } = await apply(
    OPS.map(([op]) => op),
    () => ({ code: 1, stderr: fixture("batch.iproute2-6.1.0.err") }),
  );
  assert.deepEqual(
    results.map((result) => result === "ok"),
    OPS.map(([, well]) => well),
  );
  assert.equal(results[3], 'ip link set dev nope up: Cannot find device "nope"');
  assert.equal(
    results[12],
    "ip link add name kindless type dummy: Error: Unknown device type; the kernel module dummy is not there: run modprobe dummy on the host",
  );
  const [call] = calls;
  assert.equal(calls.length, 1);
  const written = call?.stdin.split("\n") ?? [];
  const recorded = fixture("batch.iproute2-6.1.0.in").split("\n");
  assert.deepEqual(written.toSpliced(12, 1), recorded.toSpliced(12, 1));
});

test("a kernel that words it in another way (6.18, without the module dummy) is understood too", async () => {
  const { results } = await apply(
    OPS.map(([op]) => op),
    () => ({ code: 1, stderr: fixture("batch.linux-6.18.err") }),
  );
  assert.deepEqual(
    results.map((result) => result === "ok"),
    OPS.map(([op, well]) => well && !("link" in op && op.link === "b" && /add|mark/.test(op.kind))),
  );
});

test("a batch that goes well is one program, whatever its size; none is none", async () => {
  const ops = Array.from({ length: 1000 }, (_, i): IpOp => ({ ...KERNEL, kind: "link.add", link: `l${i}` }));
  const { results, calls } = await apply(ops, () => ({}));
  assert.deepEqual(new Set(results), new Set(["ok"]));
  assert.equal(calls.length, 1);
  assert.equal((await apply([], () => ({}))).calls.length, 0);
});

test("a line at which ip gives up is found, and the lines after it are run", async () => {
  const ops = Array.from({ length: 9 }, (_, i): IpOp => ({ ...KERNEL, kind: "link.up", link: `l${i}` }));
  const ran = new Set<string>();
  const { results } = await apply(ops, ({ stdin }) => {
    let stderr = "";
    for (const [index, line] of stdin.trim().split("\n").entries()) {
      if (line.includes("l4")) return { code: 1, stderr: `${stderr}Error: argument "l4" is wrong: so it is.\n` };
      ran.add(line);
      if (line.includes("l1")) stderr += `Cannot find device "l1"\nCommand failed -:${index + 1}\n`;
    }
    return { code: stderr === "" ? 0 : 1, stderr };
  });
  assert.deepEqual(
    results.map((result) => result === "ok"),
    [true, false, true, true, false, true, true, true, true],
  );
  assert.match(results[4] ?? "", /^ip link set dev l4 up: Error: argument "l4" is wrong: so it is$/);
  assert.equal(ran.size, 8);
});

test("without the privilege every op says so and what to do", async () => {
  const ops: IpOp[] = [
    { ...KERNEL, kind: "link.up", link: "web" },
    { ...KERNEL, kind: "link.add", link: "x" },
  ];
  const { results } = await apply(ops, () => ({ code: 1, stderr: fixture("batch-unprivileged.iproute2-6.1.0.err") }));
  for (const result of results)
    assert.match(
      result,
      /^ip link .*: RTNETLINK answers: Operation not permitted; needs CAP_NET_ADMIN: run as root, or /,
    );
});

test("a name that must not be in a batch fails alone", async () => {
  const { results, calls } = await apply(
    [
      { ...KERNEL, kind: "link.add", link: "a\nlink delete dev eth0" },
      { ...KERNEL, kind: "link.add", link: "web" },
    ],
    () => ({}),
  );
  assert.match(results[0] ?? "", /^link name .* cannot have$|bytes, not 1..15$/);
  assert.equal(results[1], "ok");
  assert.equal(calls[0]?.stdin, "link add name web type dummy\n");
});

test("a program that does not run fails each op and does not throw", async () => {
  const ops: IpOp[] = [{ ...KERNEL, kind: "link.up", link: "web" }];
  const { results } = await apply(ops, ({ argv }) => {
    throw new CommandError(argv, "is not installed");
  });
  assert.deepEqual(results, ["ip -force -batch -: is not installed; install iproute2 (apt-get install iproute2)"]);
});

test("what ip says is assigned to lines", () => {
  assert.deepEqual(parseBatch("", 0), { failed: new Map(), reached: 0, ended: undefined });
  assert.deepEqual(parseBatch("Warning: so so\n", 0), { failed: new Map(), reached: 0, ended: undefined });
  assert.deepEqual(parseBatch("", 1), { failed: new Map(), reached: 0, ended: "" });
  assert.deepEqual(parseBatch(fixture("batch-gave-up.iproute2-6.1.0.err"), 1), {
    failed: new Map([[0, 'Cannot find device "nope"']]),
    reached: 1,
    ended: 'Error: any valid prefix is expected rather than "fe80::zz/128".',
  });
});
