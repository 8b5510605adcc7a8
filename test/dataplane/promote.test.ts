import assert from "node:assert/strict";
import { test } from "node:test";
import type { KernelOp } from "../../src/core/op.ts";
import { applyIp } from "../../src/dataplane/ip-batch.ts";
import { KERNEL } from "./build.ts";
import { FakeCommand } from "./fake-command.ts";

const signal = new AbortController().signal;
const path = (link: string) => `/proc/sys/net/ipv4/conf/${link}/promote_secondaries`;
const mark = (link: string) => ({ ...KERNEL, kind: "link.mark", link }) satisfies KernelOp;

test("a link that is taken is set to keep the other addresses of a subnet, once, and by no program", async () => {
  const command = new FakeCommand({ ip: () => ({}) });
  for (const link of ["web", "db", "other"]) command.files.set(path(link), link === "db" ? "1\n" : "0\n");
  const ops = [mark("web"), mark("db"), mark("gone"), { ...KERNEL, kind: "link.up", link: "other" } as const];
  for (let time = 0; time < 2; time++)
    assert.deepEqual(
      await applyIp(command, ops, signal),
      ops.map((op) => ({ op, ok: true })),
    );
  assert.deepEqual(command.written, [path("web")]);
  assert.equal(command.files.get(path("web")), "1\n");
  assert.equal(command.calls.length, 2, "a batch each time");
});

test("where it is refused only the mark fails, and says what to run", async () => {
  const command = new FakeCommand({ ip: () => ({}) });
  for (const link of ["web", "a.b"]) {
    command.files.set(path(link), "0\n");
    command.refused.set(path(link), `EROFS: read-only file system, open '${path(link)}'`);
  }
  const up = { ...KERNEL, kind: "link.up", link: "web" } as const;
  const [web, dotted, last] = await applyIp(command, [mark("web"), mark("a.b"), up], signal);
  assert.equal(
    web?.ok === false && web.error,
    "net.ipv4.conf.web.promote_secondaries cannot be set to 1 (EROFS: read-only file system), so that deleting a VIP may delete other addresses of its subnet; run sysctl -w net.ipv4.conf.web.promote_secondaries=1 on the host",
  );
  assert.match(dotted?.ok === false ? dotted.error : "", / sysctl -w net\.ipv4\.conf\.a\/b\.promote_secondaries=1 on/);
  assert.deepEqual(last, { op: up, ok: true });
});

test("a mark that failed already keeps its own words, and nothing is written", async () => {
  const command = new FakeCommand({
    ip: () => ({ code: 1, stderr: 'Cannot find device "web"\nCommand failed -:1\n' }),
  });
  command.files.set(path("web"), "0\n");
  const [result] = await applyIp(command, [mark("web")], signal);
  assert.match(
    result?.ok === false ? result.error : "",
    /^ip link set dev web alias bgp-lb: Cannot find device "web"$/,
  );
  assert.deepEqual(command.written, []);
});
