import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { test } from "node:test";
import type { Address } from "../../src/core/address.ts";
import { SystemCommand } from "../../src/dataplane/command.ts";
import { ProcSockets, parseSockets } from "../../src/dataplane/sockets.ts";

const HEAD =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     ";
/** Linux 6.1 on a little-endian machine. */
const TCP = `${HEAD}
   0: 0B0200C0:9C41 010200C0:00B3 01 00000030:00000000 01:00000014 00000000     0        0 21045 3 0000000000000000 20 4 30 10 -1
   1: 010200C0:00B3 0B0200C0:9C41 01 00000000:00000000 00:00000000 00000000     0        0 21046 1 0000000000000000 20 4 30 10 -1
   2: 0B0200C0:9C42 010200C0:00B3 06 00000000:00000000 03:00000A12 00000000     0        0 0 3 0000000000000000
   3: 0B0200C0:9C43 010200C0:01BB 01 00000000:00000000 00:00000000 00000000     0        0 21047 1 0000000000000000 20 4 30 10 -1
`;
const TCP6 = `${HEAD}
   0: B80D0120000000000000000011000000:9C41 B80D0120000000000000000001000000:00B3 01 00000000:00000000 00:00000000 00000000     0        0 21050 1 0000000000000000 20 4 30 10 -1
   1: 0000000000000000FFFF00000B0200C0:06FE 0000000000000000FFFF0000010200C0:9C50 01 00001000:00000000 00:00000000 00000000     0        0 21051 1 0000000000000000 20 4 30 10 -1
`;

test("the established sockets toward one address, with what is unacknowledged, and nobody else's", () => {
  assert.deepEqual(parseSockets(TCP, "192.0.2.1" as Address), [
    { localPort: 40_001, remote: "192.0.2.1", remotePort: 179, unacknowledged: 48 },
    { localPort: 40_003, remote: "192.0.2.1", remotePort: 443, unacknowledged: 0 },
  ]);
  assert.deepEqual(parseSockets(TCP, "192.0.2.9" as Address), []);
  assert.deepEqual(parseSockets("", "192.0.2.1" as Address), []);
});

test("IPv6 peers, and an IPv4 peer that came in on an IPv6 socket", () => {
  assert.deepEqual(parseSockets(TCP6, "2001:db8::1" as Address), [
    { localPort: 40_001, remote: "2001:db8::1", remotePort: 179, unacknowledged: 0 },
  ]);
  assert.deepEqual(parseSockets(TCP6, "192.0.2.1" as Address), [
    { localPort: 1790, remote: "192.0.2.1", remotePort: 40_016, unacknowledged: 4096 },
  ]);
});

test("sockets toward a link-local address, whose zone the kernel does not show", () => {
  const line = TCP6.replace("B80D0120000000000000000001000000:00B3", "000080FE00000000000000000B000000:00B3");
  assert.deepEqual(parseSockets(line, "fe80::b%eth0" as Address), [
    { localPort: 40_001, remote: "fe80::b%eth0", remotePort: 179, unacknowledged: 0 },
  ]);
});

for (const host of ["127.0.0.1", "::1"])
  test(`real sockets over ${host}: what a reader leaves unread stays unacknowledged, and only that`, async (t) => {
    const server = createServer({ pauseOnConnect: true }).listen(0, host);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const near = connect({ host, port });
    const [far] = await once(server, "connection");
    t.after(() => {
      near.destroy();
      far.destroy();
      server.close();
    });
    const sockets = new ProcSockets(new SystemCommand());
    const look = async () =>
      (await sockets.toward(new Set([host as Address]))).find((one) => one.remotePort === port)?.unacknowledged;
    assert.equal(await look(), 0);
    const chunk = Buffer.alloc(1024 * 1024);
    while (near.write(chunk)) await new Promise(setImmediate);
    for (let writes = 0; writes < 64; writes++) near.write(chunk);
    const stuck = async () => {
      for (;;) if (((await look()) ?? 0) > 0) return;
    };
    await stuck();
    far.resume();
    while ((await look()) !== 0) await new Promise(setImmediate);
  });
