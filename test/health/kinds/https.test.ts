import assert from "node:assert/strict";
import { createServer, type Server } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { type TestContext, test } from "node:test";
import type { TLSSocket } from "node:tls";
import { UsageError } from "../../../src/core/errors.ts";
import { type Certificates, certificates } from "../certificates.ts";
import { listen } from "../listen.ts";
import { probe, verdict } from "../probe.ts";

/** An HTTPS server that answers 200 with the SNI name it was asked for. */
function server(files: Certificates, options: { requestCert?: boolean; rejectUnauthorized?: boolean } = {}): Server {
  const { read } = files;
  const identity = { cert: read(files.server.cert), key: read(files.server.key), ca: read(files.ca) };
  return createServer({ ...identity, ...options }, (request, response) => {
    const { servername, authorized } = request.socket as TLSSocket & { servername: string | false };
    response.end(`${servername} ${authorized} ${request.headers.host}`);
  });
}

async function start(t: TestContext) {
  const files = certificates(t);
  return { files, port: await listen(t, server(files)) };
}

// fault: certificate-unknown
test("a certificate of an unknown authority is refused, unless that is asked for or the authority is given", async (t) => {
  const { files, port } = await start(t);
  assert.match(
    await verdict({ kind: "http", scheme: "https", port }),
    /^TLS certificate of 127.0.0.1:\d+ is not accepted: .* \(SELF_SIGNED_CERT_IN_CHAIN\)$/,
  );
  assert.equal(await verdict({ kind: "http", scheme: "https", port, insecureSkipVerify: true }), "ok");
  assert.equal(await verdict({ kind: "http", scheme: "https", port, ca: files.ca }), "ok");
});

test("a certificate for another name is refused; serverName is the name in TLS and the Host header", async (t) => {
  const { files, port } = await start(t);
  const check = { kind: "http", scheme: "https", port, ca: files.ca } as const;
  assert.match(
    await verdict({ ...check, host: "localhost" }),
    /^TLS certificate of localhost:\d+ is not accepted: Hostname\/IP does not match/,
  );
  const named = { ...check, host: "localhost", serverName: "www.example.com" };
  assert.equal(await verdict({ ...named, bodyMatch: "^www\\.example\\.com false www\\.example\\.com$" }), "ok");
  assert.match(
    await verdict({ ...check, serverName: "other.example.com" }),
    /is not accepted: Hostname\/IP does not match/,
  );
});

// fault: certificate-expired
test("a certificate that has expired is refused", async (t) => {
  const files = certificates(t);
  const port = await listen(t, server({ ...files, server: files.expired }));
  assert.match(
    await verdict({ kind: "http", scheme: "https", port, ca: files.ca }),
    /^TLS certificate of 127.0.0.1:\d+ is not accepted: certificate has expired \(CERT_HAS_EXPIRED\)$/,
  );
});

test("a client certificate is shown", async (t) => {
  const files = certificates(t);
  const port = await listen(t, server(files, { requestCert: true, rejectUnauthorized: true }));
  const check = { kind: "http", scheme: "https", port, ca: files.ca } as const;
  assert.equal(await verdict({ ...check, ...files.client, bodyMatch: " true " }), "ok");
  assert.notEqual(await verdict(check), "ok");
});

test("the client certificate and the name are not for the host that a redirect leads to", async (t) => {
  const files = certificates(t);
  const other = await listen(t, server(files, { requestCert: true, rejectUnauthorized: false }), "::1");
  const { read } = files;
  const identity = { cert: read(files.server.cert), key: read(files.server.key) };
  const first = createServer(identity, (_request, response) =>
    response.writeHead(302, { location: `https://[::1]:${other}/` }).end(),
  );
  const check = { kind: "http", scheme: "https", port: await listen(t, first), insecureSkipVerify: true } as const;
  const followed = { ...check, ...files.client, serverName: "www.example.com" };
  assert.equal(await verdict({ ...followed, bodyMatch: `^(false|undefined) false \\[::1\\]:${other}$` }), "ok");
});

test("a port that does not speak TLS says so", async (t) => {
  const garbage = await listen(
    t,
    createTcpServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
  );
  assert.equal(
    await verdict({ kind: "http", scheme: "https", port: garbage }),
    `no TLS with 127.0.0.1:${garbage}: wrong version number`,
  );
});

// fault: handshake-hangs
test("a handshake that does not end is told from a status that does not come", async (t) => {
  const controller = new AbortController();
  const port = await listen(
    t,
    createTcpServer((socket) => socket.once("data", () => controller.abort())),
  );
  assert.equal(
    await verdict({ kind: "http", scheme: "https", port }, controller.signal),
    `connected to 127.0.0.1:${port}, the TLS handshake did not end`,
  );
});

test("files that are missing, no PEM, or do not belong together are told when the check is made", async (t) => {
  const files = certificates(t);
  const nothing = files.file("nothing.pem", "");
  const check = { kind: "http", scheme: "https", port: 443 } as const;
  const { cert, key } = files.client;
  for (const [input, message] of [
    [{ ca: `${nothing}.no` }, /^ca .*\.no cannot be read \(ENOENT/],
    [{ ca: key }, /^ca .*: no PEM certificate \(/],
    [{ ca: nothing }, /^ca .*: no PEM certificate \(/],
    [{ cert: nothing, key }, /^cert .*nothing.pem: no PEM certificate \(/],
    [{ cert, key: files.server.key }, /^key .*server.key: not the PEM private key of cert .*client.pem \(/],
  ] as const)
    assert.throws(
      () => probe({ ...check, ...input }),
      (error) => error instanceof UsageError && message.test(error.message),
      JSON.stringify(input),
    );
});
