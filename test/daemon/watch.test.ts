import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { Metrics } from "../../src/admin/metrics.ts";
import { systemClock } from "../../src/daemon/clock.ts";
import { Watch } from "../../src/daemon/watch.ts";
import { checkSchema } from "../../src/health/registry.ts";
import { recordingLog } from "../support/log.ts";
import { until } from "../support/until.ts";

let status = 200;
const server = createServer((_, response) => response.writeHead(status).end());
before(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
after(() => new Promise((resolve) => server.close(resolve)));

test("a service goes up and down by its checks; each change is one line with the reason, and the way back says how far it is", async () => {
  const { logger, lines } = recordingLog();
  const { port } = server.address() as AddressInfo;
  const check = checkSchema.parse({ kind: "http", port, name: "front", interval: "5ms", rise: 30, fall: 1 });
  let changes = 0;
  const watch = new Watch([{ name: "web", checks: [check] }], {
    clock: systemClock,
    log: logger,
    metrics: new Metrics("1"),
    onChange: () => changes++,
  });
  const web = () => watch.health.get("web");
  assert.deepEqual(web(), { verdict: "unknown", reason: "no verdict yet" });
  watch.start();
  await until("up", () => web()?.verdict === "up");
  status = 503;
  await until("down", () => web()?.verdict === "down");
  status = 200;
  await until("on the way back", () => /^front: passes again, \d+ in a row so far$/.test(web()?.reason ?? ""));
  assert.equal(web()?.verdict, "down");
  await until("up again", () => web()?.verdict === "up");
  await watch.stop();
  assert.deepEqual(lines, [
    "info service web is up: front passes",
    "warn service web is down: front: status 503 (want 200-299)",
    "info service web is up: front passes",
  ]);
  assert.equal(changes, 3);
});
