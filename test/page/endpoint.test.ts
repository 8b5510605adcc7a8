import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { AdminActions } from "../../src/admin/api.ts";
import type { PageConfig } from "../../src/config/config.ts";
import { History } from "../../src/core/history.ts";
import { PageEndpoint } from "../../src/daemon/page-endpoint.ts";
import { freePort } from "../daemon/scene.ts";
import { endpointParts } from "../support/endpoint-parts.ts";
import { until } from "../support/until.ts";
import { ip } from "../support/world.ts";
import { ask, status } from "./stage.ts";

const HOST = ip("127.0.0.1");

/** The endpoint as the controller has it, with a config that changes under it. */
async function place(t: TestContext) {
  const stateDirectory = await mkdtemp(join(tmpdir(), "bgp-lb-page-"));
  const { lines, ...parts } = endpointParts();
  const world = { config: { address: "socket", buttons: false, hosts: [] } as PageConfig };
  const endpoint = new PageEndpoint({
    ...parts,
    stateDirectory,
    actions: { status, events: { read: () => [] } } as unknown as AdminActions,
    history: new History(),
    foresee: () => undefined,
    config: () => world.config,
    services: () => new Map(),
    meter: { traffic: () => Promise.resolve(new Map()) },
  });
  t.after(async () => {
    await endpoint.close();
    await rm(stateDirectory, { recursive: true });
  });
  return { endpoint, world, lines, ...parts, token: join(stateDirectory, "page-token") };
}

test("the page is where the config says, also when that changes; over TCP buttons have a token that only its user can read", async (t) => {
  const { endpoint, world, token } = await place(t);
  const [one, two] = [await freePort(), await freePort()];
  const answers = (port: number) =>
    ask(port, "/").then(
      ({ status: code }) => code,
      () => "nobody",
    );
  await endpoint.follow();
  world.config = { ...world.config, address: { host: HOST, port: one } };
  await endpoint.follow();
  assert.equal(await answers(one), 200);
  await assert.rejects(readFile(token), /ENOENT/);
  world.config = { ...world.config, address: { host: HOST, port: two }, buttons: true };
  await endpoint.follow();
  assert.deepEqual([await answers(one), await answers(two)], ["nobody", 200]);
  assert.equal((await stat(token)).mode & 0o777, 0o600);
  assert.match(await readFile(token, "utf8"), /^[\w-]{32}\n$/);
  world.config = { ...world.config, address: "off" };
  await endpoint.follow();
  assert.equal(await answers(two), "nobody");
  await assert.rejects(readFile(token), /ENOENT/);
});

// fault: page-port-in-use
test("a port of the page that is taken is told in a line, stops nothing, and is tried again", async (t) => {
  const { endpoint, world, lines, clock, reporter } = await place(t);
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  world.config = { ...world.config, address: { host: HOST, port } };
  await endpoint.follow();
  assert.equal(lines.length, 1);
  assert.match(
    lines[0] ?? "",
    /^error status page: cannot listen on 127\.0\.0\.1:\d+ \(.*EADDRINUSE.*\); set page\.address to a free one; it is tried again, and the main/,
  );
  assert.deepEqual([...reporter.troubles.keys()], ["status page"]);
  await new Promise((resolve) => other.close(resolve));
  await clock.advance(1_000);
  await until("the page is served", () => reporter.troubles.size === 0);
  assert.equal((await ask(port, "/")).status, 200);
  const { length } = lines;
  world.config = { ...world.config, address: "off" };
  await endpoint.follow();
  await assert.rejects(ask(port, "/"), /ECONNREFUSED/);
  assert.equal(lines.length, length);
});
