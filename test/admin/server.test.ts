import assert from "node:assert/strict";
import { connect, createServer } from "node:net";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { Gauge, Registry } from "prom-client";
import { Exposition } from "../../src/admin/exposition.ts";
import { Metrics } from "../../src/admin/metrics.ts";
import { MetricsServer } from "../../src/admin/server.ts";
import { VirtualClock } from "../support/clock.ts";
import { until } from "../support/until.ts";

async function serve(t: TestContext, { registry } = new Metrics("1.2.3")) {
  const exposition = new Exposition(registry, new VirtualClock(), () => Promise.resolve());
  const server = new MetricsServer({ exposition });
  await server.listen({ host: "127.0.0.1", port: 0 });
  t.after(() => server.close());
  return server;
}

/** Sends the text as it is, and answers all that comes back until the other side closes. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
  });
}

test("only GET /metrics is answered", async (t) => {
  const server = await serve(t);
  const ask = async (path: string, method = "GET") => fetch(`http://127.0.0.1:${server.port}${path}`, { method });
  const good = await ask("/metrics");
  assert.match(good.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  assert.match(await good.text(), /bgp_lb_build_info\{version="1\.2\.3"\} 1/);
  assert.deepEqual(
    await Promise.all(
      [
        ask("/"),
        ask("/../metrics/x"),
        ask("/metrics", "POST"),
        ask("/metrics?x=1"),
        ask("/metrics", "HEAD"),
        ask("/status"),
        ask("/drain", "POST"),
      ].map(async (answer) => (await answer).status),
    ),
    [404, 404, 405, 200, 200, 404, 404],
  );
});

test("who takes gzip gets it, and who refuses it does not", async (t) => {
  const server = await serve(t);
  const ask = async (coding: string) => {
    const response = await raw(
      server.port,
      `GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\naccept-encoding: ${coding}\r\n\r\n`,
    );
    return /^content-encoding: gzip/im.test(response);
  };
  assert.deepEqual(await Promise.all(["gzip", "identity", "gzip;q=0", "br, gzip;q=0.5"].map(ask)), [
    true,
    false,
    false,
    true,
  ]);
  const zipped = await new Exposition(new Metrics("1").registry, new VirtualClock(), () => Promise.resolve()).text(
    true,
  );
  assert.match(gunzipSync(zipped).toString(), /^bgp_lb_build_info/m);
});

test("a port in use rejects, and the caller goes on", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const exposition = new Exposition(new Registry(), new VirtualClock(), () => Promise.resolve());
  await assert.rejects(new MetricsServer({ exposition }).listen({ host: "127.0.0.1", port }), { code: "EADDRINUSE" });
  await new Promise((resolve) => other.close(resolve));
});

test("requests that are malformed, huge, or bring a body are refused, and their connections closed", async (t) => {
  const server = await serve(t);
  const first = async (text: string) => (await raw(server.port, text)).split("\r\n")[0];
  const head = "GET /metrics HTTP/1.1\r\nhost: x\r\n";
  assert.equal(await first("\x16\x03\x01\x02\x00 no HTTP\r\n\r\n"), "HTTP/1.1 400 Bad Request");
  assert.equal(await first(`${head}x: ${"y".repeat(20_000)}\r\n\r\n`), "HTTP/1.1 431 Request Header Fields Too Large");
  assert.equal(await first(`${head}content-length: 5\r\ncontent-length: 6\r\n\r\n`), "HTTP/1.1 400 Bad Request");
  const body = `POST /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n${"y".repeat(100_000)}`;
  assert.equal(await first(body), "HTTP/1.1 405 Method Not Allowed");
});

test("a thousand clients at once are one rendering or two, and all but 64 connections are turned away", async (t) => {
  const registry = new Registry();
  let rendered = 0;
  new Gauge({ name: "a", help: "One.", registers: [registry], collect: () => void rendered++ });
  const server = await serve(t, { registry } as Metrics);
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, () =>
      raw(server.port, "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"),
    ),
  );
  const good = answers.filter((one) => one.startsWith("HTTP/1.1 200"));
  assert.ok(good.length >= 64, `${good.length} were served`);
  assert.ok(rendered <= good.length);
  assert.equal((await fetch(`http://127.0.0.1:${server.port}/metrics`)).status, 200, "and then it goes on");
});

test("connections that ask nothing make room for those that do", async (t) => {
  const server = await serve(t);
  const sockets = Array.from({ length: 60 }, () => connect(server.port, "127.0.0.1"));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  let closed = 0;
  for (const socket of sockets) {
    socket.on("error", () => undefined);
    socket.on("close", () => closed++);
    socket.resume();
    socket.write("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n");
  }
  await until("some of them to be closed", async () => {
    assert.equal((await fetch(`http://127.0.0.1:${server.port}/metrics`)).status, 200);
    return closed > 0;
  });
});
