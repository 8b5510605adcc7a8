import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { listening } from "../../src/admin/listening.ts";

const host = "127.0.0.1";

test("a port that is taken rejects, and the same server listens once it is free; what it cannot take then is told, and ends nothing", async (t) => {
  const faults: unknown[] = [];
  const onFault = (error: unknown) => void faults.push(error);
  const [other, server] = [createServer(), createServer()];
  t.after(() => server.close());
  await listening(other, { host, port: 0 }, onFault);
  const { port } = other.address() as AddressInfo;
  await assert.rejects(listening(server, { host, port }, onFault), /EADDRINUSE/);
  await new Promise((resolve) => other.close(resolve));
  await listening(server, { host, port }, onFault);
  assert.deepEqual(faults, []);
  // As Node tells of an accept(2) that fails (net.Server, onconnection).
  const refused = new Error("accept ENOMEM");
  for (let time = 0; time < 2; time++) server.emit("error", refused);
  assert.deepEqual(faults, [refused, refused]);
});
