import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { Metrics } from "../../src/admin/metrics.ts";
import type { Address } from "../../src/core/address.ts";
import { History } from "../../src/core/history.ts";
import { systemClock } from "../../src/daemon/clock.ts";
import { Watch } from "../../src/daemon/watch.ts";
import type { CheckConfig } from "../../src/health/registry.ts";
import { checkSchema, createCheck } from "../../src/health/registry.ts";
import { VirtualClock } from "../support/clock.ts";
import { recordingLog } from "../support/log.ts";
import { until } from "../support/until.ts";

const given = {
  clock: systemClock,
  metrics: new Metrics("1"),
  history: new History(),
  random: Math.random,
  createCheck,
  staleVerdict: () => "down" as const,
  journal: { note: () => undefined },
};
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
    ...given,
    log: logger,
    onChange: () => changes++,
  });
  const web = () => watch.health.get("web");
  assert.deepEqual([web()?.verdict, web()?.reason], ["unknown", "front: no verdict yet"]);
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

// fault: monitor-stuck
test("a check whose monitor is stuck becomes stale without a result of it: down and told at once, or kept where the config says so", async () => {
  const clock = new VirtualClock();
  // What the monitor sleeps by never wakes it; the watch over its verdict has a timer of its own.
  const stuck = {
    now: () => clock.now(),
    sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms < 500 ? 1e9 : ms, signal),
  };
  for (const policy of ["down", "keep"] as const) {
    const { logger, lines } = recordingLog();
    const metrics = new Metrics("1");
    const changes: string[] = [];
    const check = checkSchema.parse({ kind: "tcp", port: 1, name: "front", interval: "1s", timeout: "1s" });
    const watch = new Watch([{ name: "web", checks: [check] }], {
      ...given,
      clock: stuck,
      log: logger,
      metrics,
      staleVerdict: () => policy,
      onChange: (verdict) => changes.push(verdict),
    });
    watch.start();
    await clock.advance(4_999);
    assert.match(await metrics.registry.metrics(), /bgp_lb_check_stale\{service="web",check="front"\} 0/);
    await clock.advance(1);
    assert.match(await metrics.registry.metrics(), /bgp_lb_check_stale\{service="web",check="front"\} 1/);
    assert.deepEqual(changes, policy === "down" ? ["down"] : []);
    const told = "warn service web is down: front: stale: no result for more than 5 s, so it counts as failing";
    assert.deepEqual(lines, policy === "down" ? [told] : []);
    await watch.stop();
  }
});

test("another set of checks: what is the same goes on with what it knows, what is new begins, what is gone is forgotten", async () => {
  const { logger, lines } = recordingLog();
  const { port } = server.address() as AddressInfo;
  status = 200;
  const check = (name: string, expect = 200) =>
    checkSchema.parse({
      kind: "http",
      port,
      name,
      interval: "5ms",
      rise: 1,
      fall: 1,
      expectStatus: [String(expect)],
    });
  const metrics = new Metrics("1");
  const watch = new Watch(
    [
      { name: "web", checks: [check("a"), check("b")] },
      { name: "old", checks: [check("c")] },
    ],
    {
      ...given,
      log: logger,
      metrics,
      onChange: () => undefined,
    },
  );
  watch.start();
  const verdict = (name: string) => watch.health.get(name)?.verdict;
  await until("both up", () => verdict("web") === "up" && verdict("old") === "up");
  watch.replace([
    { name: "web", checks: [check("a")] },
    { name: "new", checks: [check("d")] },
  ]);
  assert.equal(verdict("web"), "up", "it does not ask for a second first verdict");
  assert.equal(verdict("new"), "unknown");
  assert.equal(watch.health.has("old"), false);
  await until("the new one up", () => verdict("new") === "up");
  const text = await metrics.registry.metrics();
  assert.doesNotMatch(text, /check="[bc]"/);
  assert.match(text, /bgp_lb_check_up\{service="web",check="a"\} 1/);
  watch.replace([{ name: "web", checks: [check("a"), check("e", 599)] }]);
  await until("down by the new check", () => verdict("web") === "down");
  await watch.stop();
  assert.deepEqual(
    lines.filter((line) => line.includes("service web")),
    [
      "info service web is up: a passes, b passes",
      "info service web is unknown: e: no verdict yet",
      "warn service web is down: e: status 200 (want 599)",
    ],
  );
});

test("real servers have checks of their own: one that goes down is told and wakes the controller, and the service stays up by its quorum", async () => {
  const { logger, lines } = recordingLog();
  const answers = new Map([
    ["10.77.0.1", true],
    ["10.77.0.2", true],
  ]);
  const members = [...answers.keys()].map((address) => ({
    address: address as Address,
    checks: [checkSchema.parse({ kind: "tcp", host: address, port: 80, interval: "5ms", rise: 1, fall: 1 })],
  }));
  let changes = 0;
  const options = {
    ...given,
    log: logger,
    createCheck: (config: CheckConfig) => ({
      probe: async () =>
        config.kind === "tcp" && answers.get(config.host)
          ? { ok: true as const }
          : { ok: false as const, reason: "no" },
    }),
    onChange: () => changes++,
  };
  const watch = new Watch([{ name: "web", checks: [], pool: { members, quorum: 1 } }], options);
  const web = () => watch.health.get("web");
  const isUp = () => [...(web()?.realServers?.values() ?? [])].map(({ verdict }) => verdict).join();
  watch.start();
  await until("both up", () => isUp() === "up,up");
  answers.set("10.77.0.2", false);
  const before = changes;
  await until("one down", () => isUp() === "up,down");
  assert.deepEqual([web()?.verdict, changes], ["up", before + 1]);
  assert.equal(lines.at(-1), "warn real server 10.77.0.2 of service web is down: tcp 10.77.0.2:80: no");
  watch.replace([{ name: "web", checks: [], pool: { members, quorum: 2 } }]);
  assert.equal(web()?.verdict, "down", "another quorum counts at once, with what is known");
  await watch.stop();
});

test("what a new config would find is foreseen: a check that is as it was keeps what it knows, a new one has no verdict, and nothing is changed", async () => {
  const { port } = server.address() as AddressInfo;
  const check = (name: string) => checkSchema.parse({ kind: "http", port, name, interval: "5ms", rise: 1, fall: 1 });
  status = 200;
  const watch = new Watch([{ name: "web", checks: [check("front")] }], {
    ...given,
    log: recordingLog().logger,
    onChange: () => undefined,
  });
  watch.start();
  await until("up", () => watch.health.get("web")?.verdict === "up");
  const verdicts = (...services: Parameters<Watch["foresee"]>[0]) =>
    [...watch.foresee(services)].map(([name, { verdict, reason }]) => `${name} ${verdict}: ${reason}`);
  const web = { name: "web", checks: [check("front")] };
  assert.deepEqual(verdicts(web), ["web up: front passes"]);
  assert.deepEqual(verdicts({ name: "web", checks: [check("front"), check("back")] }), [
    "web unknown: back: no verdict yet",
  ]);
  assert.deepEqual(verdicts(web, { name: "more", checks: [check("front")] }), [
    "web up: front passes",
    "more unknown: front: no verdict yet",
  ]);
  assert.deepEqual([...watch.health.keys()], ["web"]);
  await watch.stop();
});
