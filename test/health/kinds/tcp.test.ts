import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { freePort, listen } from "../listen.ts";
import { probe, verdict } from "../probe.ts";

test("a port that accepts is healthy, and the connection is closed without a byte", async (t) => {
  const server = createServer();
  const port = await listen(t, server);
  const connected = once(server, "connection");
  assert.deepEqual(await probe({ kind: "tcp", port }), { ok: true });
  const [socket] = await connected;
  let bytes = 0;
  socket.on("data", (chunk: Buffer) => (bytes += chunk.length));
  await once(socket, "close");
  assert.equal(bytes, 0);
});

test("IPv6 and names work", async (t) => {
  assert.equal(await verdict({ kind: "tcp", host: "::1", port: await listen(t, createServer(), "::1") }), "ok");
  assert.equal(await verdict({ kind: "tcp", host: "localhost", port: await listen(t, createServer()) }), "ok");
});

// fault: backend-refuses
test("a port where nobody listens is refused", async () => {
  const port = await freePort();
  assert.equal(await verdict({ kind: "tcp", port }), `connection refused at 127.0.0.1:${port}`);
  assert.equal(await verdict({ kind: "tcp", host: "::1", port }), `connection refused at [::1]:${port}`);
  assert.match(await verdict({ kind: "tcp", host: "localhost", port }), /^connection refused at localhost:/);
});

test("a name that does not exist says so", async () => {
  assert.match(
    await verdict({ kind: "tcp", host: "nobody.invalid", port: 1 }),
    /^the name in nobody.invalid:1 does not resolve/,
  );
});

test("a probe that is ended before the connection stands tells it, and keeps no socket", async (t) => {
  const port = await listen(t, createServer());
  const controller = new AbortController();
  const ended = verdict({ kind: "tcp", port }, controller.signal);
  controller.abort();
  assert.equal(await ended, `no connection to 127.0.0.1:${port}`);
  assert.equal(await verdict({ kind: "tcp", port }, controller.signal), "ended before it began");
});
