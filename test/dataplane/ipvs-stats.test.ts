import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "../../src/dataplane/command.ts";
import { parseActive, parseProcConnections } from "../../src/dataplane/ipvs-proc.ts";
import { parseStats } from "../../src/dataplane/ipvs-stats.ts";
import { LinuxKernel } from "../../src/dataplane/kernel.ts";
import { fixture } from "./fixture.ts";

const PROC = fixture("proc-ip_vs-traffic.linux-6.1.txt");
const STATS = fixture("stats.ipvsadm-1.31.txt");
const never = new AbortController().signal;

test("open connections as the kernel shows them, and all that were ever begun as ipvsadm does", () => {
  const services = ["sctp 10.88.2.1:3868", "tcp 10.88.2.1:80", "tcp [2001:db8:f::10]:80", "udp 10.88.2.1:53"];
  const pairs = (found: ReadonlyMap<string, number>) => [...found].sort().map(([key, count]) => `${key} ${count}`);
  const counted = (web: number) => services.map((key) => `${key} ${key === "tcp 10.88.2.1:80" ? web : 0}`);
  assert.deepEqual(pairs(parseActive(PROC)), counted(4));
  assert.deepEqual(pairs(parseStats(STATS)), counted(5));
});

test("the connections of each real server, open ones and those that half open, close, or are UDP flows", () => {
  const text = `TCP  0A580201:0050 rr
  -> C000020A:0050 Masq 0 2 3
  -> C0000214:0050 Masq 1 0 0
FWM  00000007 rr
  -> C000020A:0000 Masq 1 9 9
UDP  0A580201:0035 rr
  -> C000020A:0035 Masq 1 0 4
`;
  const { connections } = parseProcConnections(text);
  assert.deepEqual(
    [...connections],
    [
      ["tcp 10.88.2.1:80 192.0.2.10:80", 5],
      ["udp 10.88.2.1:53 192.0.2.10:53", 4],
    ],
  );
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
  assert.deepEqual(web, { active: 4, accepted: 5 });
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
