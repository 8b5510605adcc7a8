import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isListener, listensAt, parseListeners, readListeners } from "../../src/doctor/listeners.ts";
import { dropsIn, moduleState } from "../../src/doctor/read-kernel.ts";

// Linux 6.18, of /proc/net/tcp and tcp6: a listener, and an established connection that is none.
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:C383 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0
   1: 0100007F:C383 0100007F:8F3A 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0000000000000000 100 0 0 10 0
   1: B80D0120000088000000000000020000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 98 1 0000000000000000 100 0 0 10 0
   2: 0000000000000000FFFF00000100007F:0051 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 97 1 0000000000000000 100 0 0 10 0
`;

test("the listening sockets of /proc/net/tcp and tcp6", () => {
  assert.deepEqual(parseListeners(TCP, "tcp", "0A"), [
    { protocol: "tcp", address: "127.0.0.1", port: 50051, inode: "4711" },
  ]);
  assert.deepEqual(
    parseListeners(TCP6, "tcp", "0A").map(({ address, port }) => `${address} ${port}`),
    [":: 8081", "2001:db8:88::200 80", "127.0.0.1 81"],
  );
  assert.deepEqual(parseListeners("", "tcp", "0A"), []);
  assert.deepEqual(parseListeners("garbage\n 0: x\n", "tcp", "0A"), []);
});

test("a socket of this process is found with its owner; one that nobody asks for is not", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  const found = await readListeners(new Set([port]));
  assert.deepEqual(
    found.map(({ address, owner }) => [address, owner?.pid]),
    [["127.0.0.1", process.pid]],
  );
  assert.deepEqual(await readListeners(new Set()), []);
});

test("a unix socket is seen to be listened at without a call, and whose an abstract one is", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "bgp-lb-doctor-"));
  const name = `bgp-lb-test-${process.pid}`;
  let calls = 0;
  const servers = [join(folder, "x.sock"), `\0${name}`].map((path) => createServer(() => calls++).listen(path));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  t.after(() => {
    for (const server of servers) server.close();
    return rm(folder, { recursive: true });
  });
  assert.equal(await listensAt(join(folder, "x.sock")), true);
  assert.equal(await listensAt(join(folder, "y.sock")), false);
  assert.equal(await isListener(process.pid, name), true);
  assert.equal(await isListener(process.ppid, name), false);
  assert.equal(calls, 0);
});

test("where a module is, by what a host tells of it", () => {
  const nothing = { sys: undefined, builtIn: undefined, loadable: undefined, built: undefined };
  const loadable =
    "kernel/drivers/net/dummy.ko.xz:\nkernel/net/netfilter/ipvs/ip_vs_wlc.ko: kernel/net/netfilter/ipvs/ip_vs.ko\n";
  const state = (name: string, sources: Partial<typeof nothing> | object) =>
    moduleState(name, { ...nothing, ...sources });
  assert.equal(state("dummy", { sys: { loaded: true } }), "loaded");
  assert.equal(state("ip_vs", { sys: { loaded: false } }), "built in");
  assert.equal(state("dummy", { builtIn: "kernel/drivers/net/dummy.ko\n", loadable: "" }), "built in");
  assert.equal(state("dummy", { loadable }), "loadable");
  assert.equal(state("ip_vs_wlc", { loadable }), "loadable");
  assert.equal(state("ip_vs", { loadable }), "missing", "named as what another needs only");
  assert.equal(state("ip_vs", { built: "CONFIG_IP_VS=y\nCONFIG_IP_VS_RR=m\n" }), "built in");
  assert.equal(state("ip_vs_rr", { built: "CONFIG_IP_VS=y\nCONFIG_IP_VS_RR=m\n" }), "unknown");
  assert.equal(state("dummy", { built: "# CONFIG_DUMMY is not set\n" }), "missing");
  assert.equal(state("dummy", {}), "unknown");
});

test("what the kernel has dropped, out of /proc/net/netstat of any kernel", () => {
  const netstat =
    "TcpExt: SyncookiesSent TCPMD5NotFound TCPMD5Failure TCPMinTTLDrop\nTcpExt: 9 1 2 3\nIpExt: A TCPMD5Unexpected\nIpExt: 4 5\n";
  assert.deepEqual(dropsIn(netstat), { TCPMD5NotFound: 1, TCPMD5Failure: 2, TCPMinTTLDrop: 3 });
  assert.deepEqual([dropsIn(""), dropsIn("TcpExt: TCPMinTTLDrop\n")], [{}, {}]);
});
