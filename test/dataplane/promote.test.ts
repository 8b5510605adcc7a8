import assert from "node:assert/strict";
import { test } from "node:test";
import type { KernelOp } from "../../src/core/op.ts";
import { applyIp } from "../../src/dataplane/ip-batch.ts";
import { ip, KERNEL } from "./build.ts";
import { FakeCommand } from "./fake-command.ts";

const signal = new AbortController().signal;
const path = (link: string) => `/proc/sys/net/ipv4/conf/${link}/promote_secondaries`;
const address = (kind: "address.add" | "address.delete", link: string, prefixLength = 24, text = "10.88.2.1") =>
  ({ ...KERNEL, kind, link, address: ip(text), prefixLength }) satisfies KernelOp;

test("a VIP with a subnet makes its link keep the other addresses of it, once, and by no program", async () => {
  const command = new FakeCommand({ ip: () => ({}) });
  for (const link of ["web", "db", "whole", "six"]) command.files.set(path(link), link === "db" ? "1\n" : "0\n");
  const ops = [
    address("address.add", "web"),
    address("address.add", "web", 25, "10.88.3.1"),
    address("address.add", "db"),
    address("address.add", "gone"),
    address("address.add", "whole", 32),
    address("address.add", "six", 64, "2001:db8::1"),
  ];
  for (let time = 0; time < 2; time++)
    assert.deepEqual(
      await applyIp(command, ops, signal),
      ops.map((op) => ({ op, ok: true })),
    );
  assert.deepEqual(command.written, [path("web")]);
  assert.equal(command.files.get(path("web")), "1\n");
  assert.equal(command.calls.length, 2, "a batch each time");
});

test("before a VIP of a subnet is deleted its link is made safe for the others", async () => {
  const command = new FakeCommand({
    ip: () => {
      assert.equal(command.files.get(path("web")), "1\n", "when ip runs");
      return {};
    },
  });
  command.files.set(path("web"), "0\n");
  const op = address("address.delete", "web");
  assert.deepEqual(await applyIp(command, [op], signal), [{ op, ok: true }]);
});

test("the setting of all links is as good", async () => {
  const command = new FakeCommand({ ip: () => ({}) });
  command.files.set(path("web"), "0\n");
  command.files.set(path("all"), "1\n");
  await applyIp(command, [address("address.add", "web")], signal);
  assert.deepEqual(command.written, []);
});

test("where it is refused the op says what to run, and the others go well", async () => {
  const command = new FakeCommand({ ip: () => ({}) });
  command.files.set(path("web"), "0\n");
  command.refused.set(path("web"), `EROFS: read-only file system, open '${path("web")}'`);
  const up = { ...KERNEL, kind: "link.up", link: "web" } as const;
  const [add, last] = await applyIp(command, [address("address.add", "web"), up], signal);
  assert.equal(
    add?.ok === false && add.error,
    "net.ipv4.conf.web.promote_secondaries cannot be set to 1 (EROFS: read-only file system), so that deleting a VIP may delete other addresses of its subnet; run sysctl -w net.ipv4.conf.all.promote_secondaries=1 on the host",
  );
  assert.deepEqual(last, { op: up, ok: true });
});

test("an op that failed already keeps its own words, and nothing is written", async () => {
  const command = new FakeCommand({
    ip: () => ({ code: 1, stderr: 'Cannot find device "web"\nCommand failed -:1\n' }),
  });
  command.files.set(path("web"), "0\n");
  const [result] = await applyIp(command, [address("address.add", "web")], signal);
  assert.match(
    result?.ok === false ? result.error : "",
    /^ip address add 10.88.2.1\/24 dev web: Cannot find device "web"$/,
  );
  assert.deepEqual(command.written, []);
});
