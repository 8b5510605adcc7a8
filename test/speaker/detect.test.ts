import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { Client } from "../../src/speaker/client.ts";
import { detect } from "../../src/speaker/detect.ts";
import type { Dialect } from "../../src/speaker/dialect.ts";
import { CallFailed } from "../../src/speaker/failure.ts";
import { v3 } from "../../src/speaker/v3.ts";
import { v4 } from "../../src/speaker/v4.ts";
import { FakeGobgpd, serveHttp, status } from "./fake-gobgpd.ts";
import { clock, never } from "./stage.ts";

async function detected(t: TestContext, api: string): Promise<Dialect> {
  const client = new Client(api, undefined, clock);
  t.after(() => client.close());
  return detect(client, never());
}

async function failure(t: TestContext, api: string): Promise<CallFailed> {
  const error = await detected(t, api).then(
    (dialect) => assert.fail(`detected ${dialect.version}`),
    (caught: unknown) => caught,
  );
  assert.ok(error instanceof CallFailed);
  assert.ok(!error.message.includes("\n"), "one line");
  assert.ok(error.message.includes(api), "names the address");
  return error;
}

for (const dialect of [v3, v4])
  test(`${dialect.version} is known by its service, whatever its BGP does`, async (t) => {
    const fake = await FakeGobgpd.serve(dialect, { GetBgp: () => ({ global: { asn: 0, router_id: "invalid IP" } }) });
    t.after(() => fake.stop());
    assert.equal(await detected(t, fake.api), dialect);
    assert.deepEqual(fake.calls, ["GetBgp"]);
  });

// fault: gobgpd-of-a-version-unknown
test("a gRPC server with neither service is named as what it is", async (t) => {
  const fake = await FakeGobgpd.serve(undefined);
  t.after(() => fake.stop());
  const { kind, message } = await failure(t, fake.api);
  assert.equal(kind, "foreign");
  assert.match(message, /answers gRPC but is not GoBGP 3 or 4 \(it says ".*apipb\.GobgpApi.*"\); point bgp\.gobgp at/);
});

test("a web server is not gobgpd", async (t) => {
  const web = await serveHttp();
  t.after(() => web.stop());
  assert.match((await failure(t, web.api)).message, /cannot be reached/);
});

test("nobody there: absent, and to be tried again", async (t) => {
  const error = await failure(t, "127.0.0.1:1");
  assert.deepEqual([error.kind, error.absent], ["gone", true]);
  assert.match(error.message, /nothing listens there \(ECONNREFUSED\); start it with --api-hosts 127\.0\.0\.1:1$/);
});

test("no such socket: absent, and to be tried again", async (t) => {
  const error = await failure(t, "unix:///nonexistent/api.sock");
  assert.deepEqual([error.kind, error.absent], ["gone", true]);
});

// fault: gobgpd-never-speaks
test("one that takes connections and never speaks is no evidence for either generation", async (t) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const error = await failure(t, `127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
  assert.deepEqual([error.kind, error.absent], ["hung", false]);
});

// fault: gobgpd-stopped-for-good
test("a stopped GoBGP 4 says that only a restart helps", async (t) => {
  const fake = await FakeGobgpd.serve(v4, {
    GetBgp: () => {
      throw status(2, "server stopped");
    },
  });
  t.after(() => fake.stop());
  const { kind, message } = await failure(t, fake.api);
  assert.equal(kind, "stopped");
  assert.match(message, /its BGP was stopped .* restart the gobgpd process$/);
});
