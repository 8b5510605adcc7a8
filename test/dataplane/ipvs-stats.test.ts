import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "../../src/dataplane/command.ts";
import { parseActive } from "../../src/dataplane/ipvs-proc.ts";
import { parseStats } from "../../src/dataplane/ipvs-stats.ts";
import { LinuxKernel } from "../../src/dataplane/kernel.ts";
import { fixture } from "./fixture.ts";

const PROC = fixture("proc-ip_vs-traffic.linux-6.1.txt");
const STATS = fixture("stats.ipvsadm-1.31.txt");
/** Of the web service of the recording, where all else is idle. */
const SERVERS = { "192.0.2.10:8080": 4 };
const never = new AbortController().signal;

test("open connections as the kernel shows them, and all that were ever begun as ipvsadm does", () => {
  const services = ["sctp 10.88.2.1:3868", "tcp 10.88.2.1:80", "tcp [2001:db8:f::10]:80", "udp 10.88.2.1:53"];
  const pairs = (found: ReadonlyMap<string, number>) => [...found].sort().map(([key, count]) => `${key} ${count}`);
  const counted = (web: number) => services.map((key) => `${key} ${key === "tcp 10.88.2.1:80" ? web : 0}`);
  const active = parseActive(PROC);
  assert.deepEqual(pairs(new Map([...active].map(([key, one]) => [key, one.active]))), counted(4));
  assert.deepEqual(pairs(parseStats(STATS)), counted(5));
});

test("both together are what goes through a service; without IPVS of ours there is nothing to be read", async () => {
  const asked: string[] = [];
  const command: Command = {
    run: async (argv) => {
      asked.push(argv.join(" "));
      return Promise.resolve({ code: 0, stdout: STATS, stderr: "" });
    },
    read: () => Promise.resolve(PROC),
    write: () => Promise.resolve(),
  };
  const web = (await new LinuxKernel({ command, ipvs: true }).connections(never)).get("tcp 10.88.2.1:80" as never);
  assert.deepEqual(
    { ...web, servers: Object.fromEntries(web?.servers ?? []) },
    { active: 4, accepted: 5, servers: SERVERS },
  );
  assert.equal((await new LinuxKernel({ command, ipvs: false }).connections(never)).size, 0);
  assert.deepEqual(asked, ["ipvsadm -L -n --stats --exact"]);
});

test("a counter that is none is an error that says where", () => {
  assert.throws(() => parseStats("TCP  10.88.2.1:80   1K  2\n"), {
    name: "UnexpectedOutput",
    message: /line 1: expected a number of connections, found "1K"/,
  });
  assert.throws(() => parseActive("TCP  0A580201:0050 rr\n  -> C000020A:0050 Masq 1 x 0\n"), /line 2: .*found "x"/);
});
