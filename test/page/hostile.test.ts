import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { PageServer } from "../../src/page/page-server.ts";
import { until } from "../support/until.ts";
import { ask, raw, stage } from "./stage.ts";

// fault: page-slow-clients
test("clients that open and say nothing hold their seats for a while only, and nobody else waits for good", async (t) => {
  const { port } = await stage(t, { patience: 500 });
  const silent = Array.from({ length: 300 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
  t.after(() => {
    for (const one of silent) one.destroy();
  });
  const ends = silent.map((one) => new Promise((resolve) => one.resume().on("close", resolve)));
  await Promise.all(ends);
  assert.equal((await ask(port, "/")).status, 200);
});

// fault: page-pipelined
test("a thousand requests in one packet end their connection, before a page is made for each", async (t) => {
  const { port } = await stage(t);
  const answers = await raw(port, "GET /service?name=web HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(1_000));
  assert.ok(answers.split("HTTP/1.1 ").length <= 5, "not for each");
  assert.equal((await ask(port, "/")).status, 200);
});

// fault: page-half-form
test("a browser that goes before its form was there is no fault of ours", async (t) => {
  const { port, faults, asked } = await stage(t, { buttons: true });
  const head = `POST /act HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nContent-Length: 1000\r\n`;
  const socket = connect(port, "127.0.0.1").on("error", () => undefined);
  socket.write(`${head}Content-Type: application/x-www-form-urlencoded\r\n\r\ntoken=`);
  await until("it to be sent", () => socket.bytesWritten > 0);
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.destroy();
  assert.equal((await ask(port, "/")).status, 200);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual([faults, asked], [[], []]);
});

test("a browser that does not read what it asked for is let go", async (t) => {
  const size = 64 * 1024 * 1024;
  const patience = { headersTimeout: 500, requestTimeout: 500, keepAliveTimeout: 500, unread: 500 };
  const server = new PageServer(
    async (_, response) => void response.end("x".repeat(size)),
    () => undefined,
    patience,
  );
  await server.listen({ host: "127.0.0.1", port: 0 });
  t.after(() => server.close());
  const socket = connect(server.port, "127.0.0.1").on("error", () => undefined);
  t.after(() => socket.destroy());
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  let read = 0;
  socket.on("data", (chunk: Buffer) => {
    read += chunk.length;
  });
  await new Promise((resolve) => socket.on("close", resolve));
  assert.ok(read < size, `${read} bytes were kept for it`);
});
