import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { AdminActions } from "../../src/admin/api.ts";
import { serveAdmin } from "../../src/daemon/admin-endpoint.ts";
import { endpointParts } from "../support/endpoint-parts.ts";

test("what a browser sends is refused, and what is no route of the API goes to the page", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "bgp-lb-admin-"));
  const socket = join(directory, "admin.sock");
  const asked: unknown[] = [];
  const act = (body: unknown) => {
    asked.push(body);
    return Promise.resolve({ lines: ["done"] });
  };
  const actions = { status: () => ({ line: "all is well" }), drain: act, undrain: act, force: act, reload: act };
  const server = await serveAdmin({ socket, group: undefined }, actions as unknown as AdminActions, endpointParts());
  t.after(async () => {
    await server?.close();
    await rm(directory, { recursive: true });
  });
  const send = (method: string, path: string, headers: Record<string, string>) =>
    new Promise<string>((resolve, reject) => {
      const sent = request({ socketPath: socket, method, path, headers }, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on("end", () => resolve(`${response.statusCode} ${text.trim()}`));
      });
      sent.on("error", reject);
      sent.end(method === "POST" ? JSON.stringify({ services: "all", timeout: 0, by: "a" }) : "");
    });
  assert.match(await send("POST", "/drain", { origin: "http://evil.example" }), /^403 .*this is for programs/);
  assert.match(await send("POST", "/drain", { "sec-fetch-site": "cross-site" }), /^403 /);
  assert.match(await send("GET", "/status", { host: "evil.example:8082" }), /^421 /);
  assert.deepEqual(asked, []);
  for (const host of ["localhost", "localhost:8082", "127.0.0.1:8082", "lb1"])
    assert.match(await send("GET", "/status", { host }), /^200 /, host);
  assert.match(await send("GET", "/", {}), /^404 .*no such route/);
  assert.ok(server !== undefined);
  server.server.page = async (_, response) => void response.end("the page");
  assert.equal(await send("GET", "/", {}), "200 the page");
  assert.match(await send("GET", "/status", {}), /^200 .*all is well/);
});
