import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "../../src/dataplane/command.ts";
import { parseServerStats } from "../../src/dataplane/ipvs-stats.ts";
import { IpvsTraffic } from "../../src/dataplane/ipvs-traffic.ts";
import { fixture } from "./fixture.ts";

const PROC = fixture("proc-ip_vs-traffic.linux-6.1.txt");
const STATS = fixture("stats.ipvsadm-1.31.txt");
const never = new AbortController().signal;

function command(proc: string | undefined, stats = { code: 0, stdout: STATS, stderr: "" }): Command {
  return {
    read: () => Promise.resolve(proc),
    run: () => Promise.resolve(stats),
    write: () => Promise.reject(new Error("nothing is written here")),
  };
}

test("each real server: what is open as the kernel has it, all that ever was as ipvsadm has it; marks of the firewall are not ours", async () => {
  const found = await new IpvsTraffic(command(PROC)).servers(never);
  assert.deepEqual(found, [
    {
      virtualService: "tcp 10.88.2.1:80",
      server: "192.0.2.10:8080",
      weight: 1,
      forwarding: "masquerade",
      active: 4,
      inactive: 1,
      ever: { connections: 5, bytesIn: 664, bytesOut: 404 },
    },
    {
      virtualService: "tcp [2001:db8:f::10]:80",
      server: "192.0.2.10:80",
      weight: 1,
      forwarding: "tunnel",
      active: 0,
      inactive: 0,
      ever: { connections: 0, bytesIn: 0, bytesOut: 0 },
    },
  ]);
});

test("without IPVS there is nothing; what cannot be read is told; a server that came between the two reads has no counters yet", async () => {
  assert.deepEqual(await new IpvsTraffic(command(undefined)).servers(never), []);
  const failing = new IpvsTraffic(command(PROC, { code: 1, stdout: "", stderr: "Operation not permitted" }));
  await assert.rejects(failing.servers(never), /ipvsadm -L -n --stats --exact.*Operation not permitted/s);
  const early = new IpvsTraffic(command(PROC, { code: 0, stdout: "", stderr: "" }));
  assert.deepEqual(
    (await early.servers(never)).map(({ ever }) => ever),
    [undefined, undefined],
  );
  assert.throws(
    () => parseServerStats("TCP  10.88.2.1:80 0 0 0 0 0\n  -> 192.0.2.10:80 many 0 0 0 0\n"),
    /line 2: expected counters, found/,
  );
});
