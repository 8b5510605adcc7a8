import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { freePort, listen } from "../listen.ts";
import { verdict } from "../probe.ts";

async function serve(t: TestContext, answer: RequestListener): Promise<number> {
  return listen(t, createServer(answer));
}

/** A server below HTTP: what it writes, and when, is the test's. */
async function raw(t: TestContext, answer: (socket: Socket) => void): Promise<number> {
  return listen(
    t,
    createTcpServer((socket) => socket.once("data", () => answer(socket))),
  );
}

test("the original's check: GET /path of 127.0.0.1, any 2xx", async (t) => {
  const seen: string[] = [];
  const port = await serve(t, (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.host}`);
    response.writeHead(204).end();
  });
  for (const path of ["", "healthz", "/healthz?deep=1"])
    assert.equal(await verdict({ kind: "http", port, path }), "ok");
  assert.deepEqual(seen, [
    `GET / 127.0.0.1:${port}`,
    `GET /healthz 127.0.0.1:${port}`,
    `GET /healthz?deep=1 127.0.0.1:${port}`,
  ]);
});

// fault: backend-5xx
test("another status is unhealthy, and the reason holds both", async (t) => {
  const port = await serve(t, (request, response) => {
    response.writeHead(Number(request.url?.slice(1))).end("no such thing");
  });
  assert.equal(await verdict({ kind: "http", port, path: "503" }), "status 503 (want 200-299)");
  assert.equal(await verdict({ kind: "http", port, path: "404", expectStatus: [200, "400-403", "404"] }), "ok");
  assert.equal(
    await verdict({ kind: "http", port, path: "204", expectStatus: [200, "300-399"] }),
    "status 204 (want 200, 300-399)",
  );
});

test("method, headers and the name of the service are sent", async (t) => {
  const seen: unknown[] = [];
  const port = await serve(t, ({ method, headers }, response) => {
    seen.push([method, headers.host, headers["x-token"], headers["user-agent"], headers["accept-encoding"]]);
    response.end();
  });
  const headers = { "X-Token": "t" };
  assert.equal(await verdict({ kind: "http", port, method: "HEAD", headers, serverName: "www.example.com" }), "ok");
  assert.equal(
    await verdict({ kind: "http", port, method: "POST", headers: { "User-Agent": "me", Host: "own" } }),
    "ok",
  );
  assert.deepEqual(seen, [
    ["HEAD", "www.example.com", "t", "bgp-lb", undefined],
    ["POST", "own", undefined, "me", undefined],
  ]);
});

test("the body decides where bodyMatch is given", async (t) => {
  const port = await serve(t, (_request, response) => response.end("status: ok\n"));
  assert.equal(await verdict({ kind: "http", port, bodyMatch: "^status: ok$|ok\\s" }), "ok");
  assert.equal(await verdict({ kind: "http", port, bodyMatch: "ready" }), "body does not match /ready/ in 11 bytes");
  assert.equal(
    await verdict({ kind: "http", port, bodyMatch: "ok", maxBody: 8 }),
    "body does not match /ok/ in 8 bytes",
  );
});

// fault: expression-runs-for-ever
test("an expression that would run for ever is stopped, and told", async (t) => {
  const port = await serve(t, (_request, response) => response.end(`${"a".repeat(60)}b`));
  assert.equal(
    await verdict({ kind: "http", port, bodyMatch: "^(a+)+$" }),
    "/^(a+)+$/ takes too long on this body; write a simpler expression",
  );
});

test("redirects are followed to the final status, or not at all", async (t) => {
  const port = await serve(t, (request, response) => {
    if (request.url === "/") response.writeHead(302, { location: "/home" }).end();
    else response.writeHead(request.url === "/home" ? 200 : 500).end();
  });
  assert.equal(await verdict({ kind: "http", port }), "ok");
  assert.equal(await verdict({ kind: "http", port, followRedirects: false }), "status 302 (want 200-299)");
  assert.equal(await verdict({ kind: "http", port, followRedirects: false, expectStatus: [302] }), "ok");
});

// fault: backend-redirects-for-ever
test("redirects for ever end after 10", async (t) => {
  let requests = 0;
  const port = await serve(t, (_request, response) => {
    response.writeHead(307, { location: `/${++requests}` }).end();
  });
  assert.equal(
    await verdict({ kind: "http", port }),
    `redirects for ever: more than 10, the last to http://127.0.0.1:${port}/10`,
  );
  assert.equal(requests, 11);
});

test("a redirect to nowhere names where it led", async (t) => {
  const nowhere = await freePort();
  const port = await serve(t, (_request, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${nowhere}/` }).end();
  });
  assert.equal(await verdict({ kind: "http", port }), `connection refused at 127.0.0.1:${nowhere}`);
});

// fault: backend-garbage
test("nobody listens, the connection is closed, the answer is not HTTP", async (t) => {
  const port = await freePort();
  assert.equal(await verdict({ kind: "http", port }), `connection refused at 127.0.0.1:${port}`);
  const closing = await raw(t, (socket) => socket.destroy());
  assert.match(
    await verdict({ kind: "http", port: closing }),
    /^connection to 127.0.0.1:\d+ was closed before a whole answer came$/,
  );
  const garbage = await raw(t, (socket) => socket.end("\u001b[2Jgarbage\n\n"));
  assert.match(await verdict({ kind: "http", port: garbage }), /^answer of 127.0.0.1:\d+ is not HTTP: Parse Error/);
  const flood = await raw(t, (socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(100_000)}\r\n\r\n`));
  assert.match(await verdict({ kind: "http", port: flood }), /is not HTTP: .*[Hh]eader/);
});

// fault: backend-dies-mid-response
test("a body that is cut off is unhealthy", async (t) => {
  const short = await raw(t, (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"));
  assert.match(
    await verdict({ kind: "http", port: short }),
    /Content-Length mismatch: expected 100 bytes, received 4 bytes$/,
  );
  const open = await raw(t, (socket) =>
    socket.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
  );
  assert.match(await verdict({ kind: "http", port: open }), /was closed before a whole answer came$/);
});

// fault: backend-hangs
test("a service that accepts and never answers is ended by the signal", async (t) => {
  const controller = new AbortController();
  const port = await raw(t, () => controller.abort());
  assert.equal(
    await verdict({ kind: "http", port }, controller.signal),
    `connected to 127.0.0.1:${port}, no status came`,
  );
});

// fault: backend-slow
test("a slow answer counts as any other, if it comes before the signal", async (t) => {
  const port = serve(t, (_request, response) => void setTimeout(() => response.end("ok"), 60));
  assert.equal(await verdict({ kind: "http", port: await port }), "ok");
});

// fault: backend-drips
test("a body that drips for ever is ended by the signal", async (t) => {
  const controller = new AbortController();
  const port = await serve(t, (_request, response) => {
    let drops = 0;
    const drip = setInterval(() => {
      response.write(".");
      if (++drops === 20) controller.abort();
    }, 5);
    response.once("close", () => clearInterval(drip));
  });
  assert.equal(
    await verdict({ kind: "http", port, bodyMatch: "ok" }, controller.signal),
    "status 200 came, the end of the body did not",
  );
});

// fault: backend-endless
test("an endless body is read to the limit, and its connection closed", async (t) => {
  let closed: Promise<unknown> = Promise.resolve();
  const port = await serve(t, (_request, response) => {
    const pour = () => {
      while (!response.destroyed && response.write("x".repeat(16_384)));
    };
    response.on("drain", pour);
    closed = once(response, "close");
    pour();
  });
  assert.equal(await verdict({ kind: "http", port }), "ok");
  await closed;
  assert.equal(await verdict({ kind: "http", port, bodyMatch: "y" }), "body does not match /y/ in 65536 bytes");
  await closed;
});

test("each probe has a connection of its own, and leaves none: not after a redirect with an endless body, not after a failure", async (t) => {
  const closings: Promise<unknown>[] = [];
  const server = createServer((request, response) => {
    if (request.url === "/endless") response.writeHead(302, { location: "/ok" }).write("x");
    else response.writeHead(request.url === "/ok" ? 200 : 503).end("x".repeat(100_000));
  });
  server.on("connection", (socket) => closings.push(once(socket, "close")));
  const port = await listen(t, server);
  assert.equal(await verdict({ kind: "http", port, path: "ok" }), "ok");
  assert.equal(await verdict({ kind: "http", port, path: "no" }), "status 503 (want 200-299)");
  assert.equal(await verdict({ kind: "http", port, path: "endless" }), "ok");
  assert.equal(closings.length, 4);
  await Promise.all(closings);
});

test("a proxy of the environment is not asked, and an ended signal sends nothing", async (t) => {
  process.env["http_proxy"] = `http://127.0.0.1:${await freePort()}`;
  t.after(() => delete process.env["http_proxy"]);
  let requests = 0;
  const port = await serve(t, (_, response) => response.end(String(requests++)));
  assert.equal(await verdict({ kind: "http", port }), "ok");
  assert.equal(await verdict({ kind: "http", port }, AbortSignal.abort()), "ended before it began");
  assert.equal(requests, 1);
});
