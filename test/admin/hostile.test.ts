import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { AdminServer } from "../../src/admin/admin-server.ts";
import type { AdminActions } from "../../src/admin/api.ts";
import { until } from "../support/until.ts";

const HEAD = "Host: localhost\r\n";
const MIB = 1024 * 1024;

/** The real server over a socket of its own, with little patience, and what it counted. */
async function stage(t: TestContext, status: object = {}) {
  const directory = await mkdtemp(join(tmpdir(), "bgp-lb-hostile-"));
  const path = join(directory, "admin.sock");
  const world = { asked: 0, faults: [] as unknown[] };
  const ask = <T>(answer: T) => {
    world.asked++;
    return answer;
  };
  const actions = { status: () => ask(status), plan: () => Promise.resolve(ask({})) } as unknown as AdminActions;
  const patience = { headersTimeout: 500, requestTimeout: 5_000, unread: 500 };
  const server = new AdminServer(actions, (error) => world.faults.push(error), patience);
  await server.listen(path, undefined);
  const open: Socket[] = [];
  t.after(async () => {
    for (const socket of open) socket.destroy();
    await server.close();
    await rm(directory, { recursive: true });
  });
  /** Sends the text; `read` false: and never reads. */
  const send = (text: string, read = true) => {
    const found = { socket: connect(path), answer: "", closed: false };
    found.socket
      .on("error", () => undefined)
      .on("close", () => {
        found.closed = true;
      });
    if (read)
      found.socket.on("data", (chunk: Buffer) => {
        found.answer += chunk.toString();
      });
    found.socket.write(text);
    open.push(found.socket);
    return found;
  };
  const first = async (text: string) => {
    const found = send(text);
    await until("an answer", () => found.answer.includes("\r\n"));
    return found.answer.split("\r\n")[0];
  };
  return { world, send, first };
}

// fault: admin-half-request
test("a client that goes before it has sent all is no fault of ours", async (t) => {
  const { world, send, first } = await stage(t);
  const { socket } = send(`POST /plan HTTP/1.1\r\n${HEAD}Content-Length: 1000\r\n\r\n{"config"`);
  await until("it to be sent", () => socket.bytesWritten > 0);
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.destroy();
  assert.equal(await first(`GET /status HTTP/1.1\r\n${HEAD}\r\n`), "HTTP/1.1 200 OK");
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(world, { asked: 1, faults: [] });
});

// fault: admin-huge-bodies
test("of many large requests at once as much is held as two of them have, and the others are told to come later", async (t) => {
  const { world, send, first } = await stage(t);
  const text = `POST /plan HTTP/1.1\r\n${HEAD}Content-Length: ${30 * MIB}\r\n\r\n`;
  const clients = Array.from({ length: 4 }, () => send(text + "x".repeat(29 * MIB)));
  const refused = () => clients.filter(({ answer }) => answer.startsWith("HTTP/1.1 503 ")).length;
  await until("two to be refused", () => refused() === 2);
  for (const { socket } of clients) socket.destroy();
  await until("room", async () => (await first(`${text}${"x".repeat(30 * MIB)}`)) === "HTTP/1.1 400 Bad Request");
  assert.equal((await first(`GET /status HTTP/1.1\r\n${HEAD}\r\n`)) ?? "", "HTTP/1.1 200 OK");
  assert.deepEqual(world, { asked: 1, faults: [] });
});

// fault: admin-pipelined
test("a thousand requests in one packet are not answered and not held: the connection is ended", async (t) => {
  const { world, send } = await stage(t);
  const found = send(`GET /status HTTP/1.1\r\n${HEAD}\r\n`.repeat(1_000));
  await until("the end", () => found.closed);
  assert.ok(world.asked <= 4, `${world.asked} were answered`);
  const few = send(`GET /status HTTP/1.1\r\n${HEAD}\r\n`.repeat(3));
  await until("three answers", () => few.answer.split("HTTP/1.1 200").length === 4);
});

// fault: admin-slow-clients
test("who sends headers slowly, or does not read its answer, is let go", async (t) => {
  const { send } = await stage(t, { line: "x".repeat(8 * MIB) });
  const slow = send(`GET /status HTTP/1.1\r\n${HEAD}`);
  const deaf = send(`GET /status HTTP/1.1\r\n${HEAD}\r\n`, false);
  await until("the slow one to be gone", () => slow.closed);
  assert.match(slow.answer, /^HTTP\/1\.1 408 /);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  let size = 0;
  deaf.socket.on("data", (chunk: Buffer) => {
    size += chunk.length;
  });
  await until("its end", () => deaf.closed);
  assert.ok(size < 8 * MIB, `${size} bytes were kept for it`);
});

test("a request that names two hosts is refused", async (t) => {
  const { world, first } = await stage(t);
  assert.equal(
    await first(`GET /status HTTP/1.1\r\n${HEAD}Host: evil.example\r\nConnection: close\r\n\r\n`),
    "HTTP/1.1 400 Bad Request",
  );
  assert.equal(world.asked, 0);
});
