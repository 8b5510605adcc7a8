import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "../../src/dataplane/command.ts";
import { parseCounters } from "../../src/dataplane/ipvs-stats.ts";
import { IpvsMeter } from "../../src/dataplane/meter.ts";
import { fixture } from "./fixture.ts";

const never = new AbortController().signal;
const commands = (proc: string | undefined, stats: string, code = 0): Command => ({
  run: () => Promise.resolve({ code, stdout: stats, stderr: code === 0 ? "" : "no right to" }),
  read: () => Promise.resolve(proc),
  write: () => Promise.resolve(),
});
const PROC = fixture("proc-ip_vs-traffic.linux-6.1.txt");
const STATS = fixture("stats.ipvsadm-1.31.txt");

test("what ipvsadm and the kernel count, by virtual service and real server; firewall marks are left out", async () => {
  const traffic = await new IpvsMeter(commands(PROC, STATS)).traffic(never);
  assert.deepEqual([...traffic.keys()].sort(), [
    "sctp 10.88.2.1:3868",
    "tcp 10.88.2.1:80",
    "tcp [2001:db8:f::10]:80",
    "udp 10.88.2.1:53",
  ]);
  const web = traffic.get("tcp 10.88.2.1:80" as never);
  const counters = {
    connections: 5,
    incomingPackets: 12,
    outgoingPackets: 7,
    incomingBytes: 664,
    outgoingBytes: 404,
  };
  assert.deepEqual(web?.servers, [
    {
      server: { address: "192.0.2.10", port: 8080, weight: 1, forwarding: "masquerade" },
      active: 4,
      inactive: 1,
      ...counters,
    },
  ]);
  assert.deepEqual(
    { ...web, service: undefined, servers: undefined },
    { ...counters, service: undefined, servers: undefined },
  );
});

test("without the module there is nothing; an ipvsadm that fails is an error that names it", async () => {
  assert.equal((await new IpvsMeter(commands(undefined, "")).traffic(never)).size, 0);
  await assert.rejects(
    new IpvsMeter(commands(PROC, "", 1)).traffic(never),
    /ipvsadm -L -n --stats --exact.*no right to/,
  );
  assert.throws(
    () => parseCounters("TCP  10.88.2.1:80   1  2\n"),
    /line 1: expected a number of outgoing packets, found ""/,
  );
});
