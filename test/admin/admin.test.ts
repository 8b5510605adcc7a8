import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { AdminActions, PlanDocument, StatusDocument } from "../../src/admin/api.ts";
import { AdminClient } from "../../src/admin/client.ts";
import { ControllerUnreachable, Refused, UsageError } from "../../src/core/errors.ts";
import { serveAdmin } from "../../src/daemon/admin-endpoint.ts";
import { endpointParts } from "../support/endpoint-parts.ts";
import { until } from "../support/until.ts";

const NO_EVENTS = { read: () => [], next: () => [], listen: () => () => undefined };
const STATUS = { version: "1", line: "all is well" } as StatusDocument;
const PLAN = { config: "new.json", steps: ["withdraw 10.88.2.1/32"] } as unknown as PlanDocument;
const DRAIN = { services: ["web"], timeout: 1_000, by: "alice", reason: "" };

/** The real server and client over a socket of their own, before actions that note what they are asked. */
async function stage(t: TestContext, group?: string) {
  const directory = await mkdtemp(join(tmpdir(), "bgp-lb-admin-"));
  const socket = join(directory, "made", "admin.sock");
  const parts = endpointParts();
  const asked: unknown[] = [];
  let answer = () => Promise.resolve({ lines: ["done"] });
  const act = (body: unknown) => {
    asked.push(body);
    return answer();
  };
  const plan = async (body: unknown) => {
    await act(body);
    return PLAN;
  };
  const actions: AdminActions = {
    status: () => STATUS,
    events: NO_EVENTS,
    drain: act,
    undrain: act,
    force: act,
    reload: act,
    plan,
  };
  const serve = () => serveAdmin({ socket, group }, actions, parts);
  const server = await serve();
  t.after(async () => {
    await server?.close();
    await rm(directory, { recursive: true });
  });
  const fail = (error: Error) => {
    answer = () => Promise.reject(error);
  };
  return { directory, socket, parts, asked, fail, serve, server, client: new AdminClient(socket) };
}

/** Sends what the client would not; answers the status and the error. */
function raw(socketPath: string, method: string, path: string, body = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on("end", () => resolve(`${response.statusCode} ${(JSON.parse(text) as { error?: string }).error}`));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

test("what is asked arrives, and each kind of no comes back as its own error", async (t) => {
  const { client, asked, fail, parts } = await stage(t);
  assert.deepEqual(await client.status(), STATUS);
  assert.deepEqual(await client.ask("drain", DRAIN), { lines: ["done"] });
  assert.deepEqual(asked, [DRAIN]);
  fail(new Refused("no service wbe"));
  await assert.rejects(
    client.ask("drain", DRAIN),
    (error) => error instanceof Refused && error.message === "no service wbe",
  );
  fail(new UsageError("config.json:1:1: bad"));
  await assert.rejects(
    client.ask("reload", { by: "alice", allowSessionReset: false }),
    (error) => error instanceof UsageError && /1:1: bad/.test(error.message),
  );
  fail(new Error("boom"));
  await assert.rejects(
    client.ask("reload", { by: "alice", allowSessionReset: false }),
    /^Error: the controller failed: boom$/,
  );
  assert.match(parts.lines.join("\n"), /^error a fault in bgp-lb itself, in an admin request: Error: boom/);
});

// fault: admin-nonsense
test("what is not understood is said, and reaches no action", async (t) => {
  const { socket, asked } = await stage(t);
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    ["GET", "/", "", /^404 there is no such route$/],
    ["GET", "/constructor", "", /^404/],
    ["GET", "/drain", "", /^405 drain is asked for with POST$/],
    ["DELETE", "/status", "", /^405 status is read with GET$/],
    ["POST", "/drain", "{", /^400 the request is not JSON$/],
    ["POST", "/drain", "{}", /^400 drain: services: /],
    ["POST", "/drain", JSON.stringify({ ...DRAIN, timeout: -1 }), /^400 drain: timeout: /],
    ["POST", "/drain", JSON.stringify({ ...DRAIN, by: "" }), /^400 drain: by: must not be empty$/],
    ["POST", "/drain", JSON.stringify({ ...DRAIN, reason: "a\u001b[31m" }), /^400 drain: reason: must be one line/],
    ["POST", "/drain", JSON.stringify({ ...DRAIN, reason: "a\nb" }), /^400 drain: reason: must be one line/],
    ["POST", "/drain", JSON.stringify({ ...DRAIN, reason: "a".repeat(201) }), /^400 drain: reason: .*200/],
    ["POST", "/drain", JSON.stringify({ ...DRAIN, colour: "red" }), /^400 drain: the request: /],
    ["POST", "/drain", "x".repeat(200_000), /^413 a request has at most 131072 bytes$/],
  ];
  for (const [method, path, body, answer] of cases) assert.match(await raw(socket, method, path, body), answer);
  assert.deepEqual(asked, []);
});

// fault: admin-no-rights
test("the socket is for owner and group, and refuses others", async (t) => {
  const { directory, socket, parts } = await stage(t, "65534");
  assert.match(
    parts.lines.join(),
    /^warn the group of -admin-group cannot get to the admin socket: .*made lets it not pass/,
  );
  const { mode, gid } = await stat(socket);
  assert.equal(mode & 0o777, 0o660);
  if (process.getuid?.() !== 0) return;
  assert.equal(gid, 65534);
  const main = new URL("../../src/main.ts", import.meta.url).pathname;
  const other = ["--reuid", "65533", "--regid", "65533", "--clear-groups"];
  // A checkout in somebody's home is closed to the user that plays the other.
  if (spawnSync("setpriv", [...other, "sh", "-c", `test -x ${process.execPath} && test -r ${main}`]).status !== 0)
    return;
  for (const folder of [directory, join(directory, "made")]) await chmod(folder, 0o755);
  const connect = `require("node:net").connect(${JSON.stringify(socket)}).on("error",(e)=>process.exit(e.code==="EACCES"?13:1)).on("connect",()=>process.exit(0))`;
  const as = (uid: number, group: number) => {
    const { status } = spawnSync("setpriv", [
      "--reuid",
      `${uid}`,
      "--regid",
      `${group}`,
      "--clear-groups",
      process.execPath,
      "-e",
      connect,
    ]);
    return status;
  };
  assert.deepEqual([as(65533, 65533), as(65533, 65534)], [13, 0]);
  const asked = spawnSync(
    "setpriv",
    [
      "--reuid",
      "65533",
      "--regid",
      "65533",
      "--clear-groups",
      process.execPath,
      main,
      "status",
      "-admin-socket",
      socket,
    ],
    { encoding: "utf8" },
  );
  assert.match(
    asked.stderr,
    /^bgp-lb: the controller cannot be asked at .*: this user may not; root may, and the group/,
  );
  assert.equal(asked.status, 3);
});

// fault: admin-socket-of-the-dead
test("the socket of a killed process is replaced; what lives there, or is no socket, is left alone and told", async (t) => {
  const { socket, serve, server, parts } = await stage(t);
  const second = await serve();
  assert.equal(second?.server.listening, false, "the first one lives");
  const told =
    /^error admin API: no drain, .*another process listens there.*it is tried again, and the main job goes on$/;
  assert.match(parts.lines.at(-1) ?? "", told);
  await second?.close();
  assert.deepEqual(await new AdminClient(socket).status(), STATUS);
  await server?.close();
  // What kill -9 leaves: a socket that nobody listens at.
  const script = `require("node:net").createServer().listen(${JSON.stringify(socket)},()=>process.kill(process.pid,"SIGKILL"))`;
  spawnSync(process.execPath, ["-e", script]);
  assert.ok((await stat(socket)).isSocket());
  await assert.rejects(new AdminClient(socket).status(), /ControllerUnreachable: .*nobody listens there any more/);
  const next = await serve();
  assert.deepEqual(await new AdminClient(socket).status(), STATUS);
  await next?.close();
  await writeFile(socket, "mine");
  const third = await serve();
  assert.match(parts.lines.at(-1) ?? "", /something that is no socket is there/);
  assert.equal(await readFile(socket, "utf8"), "mine");
  await rm(socket);
  await parts.clock.advance(1_000);
  await until("it listens", () => third?.server.listening === true);
  assert.deepEqual(await new AdminClient(socket).status(), STATUS);
  assert.equal(parts.lines.at(-1), "info admin API works again");
  await third?.close();
});

test("nobody there, no rights, no such group, and an answer that is none each have their line", async (t) => {
  const { directory, parts } = await stage(t, "no-such-group");
  assert.match(parts.lines.at(-1) ?? "", /-admin-group: there is no group "no-such-group" in \/etc\/group/);
  const away = new AdminClient(join(directory, "nowhere.sock"));
  await assert.rejects(
    away.status(),
    (error) => error instanceof ControllerUnreachable && /is bgp-lb running here\?/.test(error.message),
  );
  const path = join(directory, "odd.sock");
  const odd = createServer((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{{")).listen(path);
  t.after(() => odd.close());
  await assert.rejects(new AdminClient(path).status(), /answered 200 and nothing that can be read/);
});
