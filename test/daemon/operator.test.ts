import assert from "node:assert/strict";
import { test } from "node:test";
import { Refused } from "../../src/core/errors.ts";
import { health } from "../support/world.ts";
import { stage } from "./operator-stage.ts";

const ALICE = { by: "alice", reason: "kernel update" };

test("a drain waits for open and for new connections, and ends when it was quiet for five seconds", async (t) => {
  const { start, flow, log, world } = await stage(t);
  const { operator, look, words, metric } = await start();
  flow(2, 100);
  await operator.drain(["web"], 300_000, ALICE);
  assert.equal(world.changes, 1, "what is announced changes at once");
  await look(10);
  assert.deepEqual(words(), ["web drain undefined"]);
  flow(0, 100);
  await look(4);
  flow(0, 101);
  await look(4);
  assert.deepEqual(words(), ["web drain undefined"], "a new connection that is gone again counts");
  assert.deepEqual(await metric("bgp_lb_overrides"), ['bgp_lb_overrides{service="web",word="draining"} 1']);
  await look(1);
  assert.deepEqual(words(), ["web drain quiet"]);
  assert.deepEqual(await metric("bgp_lb_drains_total"), ['bgp_lb_drains_total{result="quiet"} 1']);
  assert.deepEqual(await metric("bgp_lb_overrides"), ['bgp_lb_overrides{service="web",word="drained"} 1']);
  assert.match(log.lines.at(-1) ?? "", /^info web is drained by alice: kernel update \(quiet, nothing was left\)$/);
  assert.equal(operator.wakeAt, Number.POSITIVE_INFINITY);
});

test("at the deadline it ends with what is left; where nothing can be counted it ends there and not before", async (t) => {
  const { start, flow, kernel, log, clock } = await stage(t);
  const { operator, look, words } = await start();
  flow(3, 100);
  await operator.drain("all", 20_000, ALICE);
  await look(19);
  assert.deepEqual(words(), ["web drain undefined", "api drain undefined"]);
  assert.equal(operator.wakeAt, clock.now() + 1_000);
  await look(1);
  const ended = log.lines.slice(-2).map((line) => /\((.*)\)/.exec(line)?.[1]);
  assert.deepEqual(ended, ["at the deadline, 3 connections left", "at the deadline, unknown connections left"]);
  await operator.undrain("all", ALICE);
  flow(0, 100);
  kernel.blind = true;
  await operator.drain(["web"], 20_000, ALICE);
  await look(15);
  assert.deepEqual(words(), ["web drain undefined"], "what cannot be counted is not quiet");
  assert.equal(log.lines.filter((line) => line.startsWith("error counting connections")).length, 1, "told once");
  kernel.blind = false;
  await look(4);
  assert.deepEqual(words(), ["web drain undefined"]);
});

// fault: drain-of-what-is-down
test("what is down, or forced down, has nothing to drain; what was forced up drains whatever its checks say", async (t) => {
  const { start, world, flow } = await stage(t);
  const { operator, look, words } = await start();
  flow(1, 1);
  world.verdicts = health({ web: "down", api: "up" });
  await operator.drain(["web"], 300_000, ALICE);
  await operator.force("api", "down", undefined, ALICE);
  await operator.drain(["api"], 300_000, ALICE);
  await look(1);
  assert.deepEqual(words(), ["web drain not announced", "api drain not announced"]);
  await operator.undrain("all", ALICE);
  world.verdicts = health({ web: "unknown", api: "up" });
  world.gone = "web";
  await operator.drain(["web"], 300_000, ALICE);
  await look(0);
  assert.deepEqual(words(), ["web drain not announced"], "no verdict yet, and nothing announced");
  world.gone = "";
  await operator.undrain("all", ALICE);
  world.verdicts = health({ web: "down", api: "up" });
  await operator.force("web", "up", undefined, ALICE);
  await operator.drain(["web"], 300_000, ALICE);
  await look(8);
  assert.deepEqual(words(), ["web drain undefined"]);
});

// fault: drain-twice
test("refusals say what to do, and change nothing", async (t) => {
  const { start, world } = await stage(t);
  const { operator } = await start();
  const refused = (message: RegExp) => (error: unknown) => error instanceof Refused && message.test(error.message);
  await assert.rejects(operator.drain(["wbe"], 1, ALICE), refused(/^there is no service "wbe": did you mean web\?$/));
  await assert.rejects(
    operator.drain(["web", "zzz"], 1, ALICE),
    refused(/^there is no service "zzz": the services are web, api$/),
  );
  await assert.rejects(operator.undrain(["web"], ALICE), refused(/neither drained nor forced/));
  await assert.rejects(operator.undrain("all", ALICE), refused(/no service is drained or forced/));
  assert.equal(world.changes, 0);
  await operator.drain(["web"], 300_000, ALICE);
  await assert.rejects(
    operator.drain(["api", "web"], 1, ALICE),
    refused(/^web is already draining by alice.*`bgp-lb undrain web`/),
  );
  assert.deepEqual([...operator.overrides.keys()], ["web"]);
  await operator.drain("all", 300_000, ALICE);
  assert.deepEqual([...operator.overrides.keys()], ["web", "api"], "all: those that do not drain yet");
  await assert.rejects(operator.drain("all", 1, ALICE), refused(/^every service is draining or drained already/));
  operator.stop(1_000);
  await assert.rejects(operator.force("web", "up", undefined, ALICE), refused(/stopping/));
});

// fault: service-removed-while-draining
test("words outlive the process, but not their time and not their service", async (t) => {
  const { start, world, clock, log } = await stage(t);
  const before = await start();
  await before.operator.drain(["web"], 3_600_000, ALICE);
  await before.operator.force("api", "down", 10_000, { by: "bob", reason: "" });
  const after = await start();
  assert.deepEqual(after.words(), ["web drain undefined", "api down "]);
  await clock.advance(10_000);
  await after.look(0);
  assert.deepEqual(after.words(), ["web drain undefined"]);
  await after.operator.undrain(["web"], { by: "carol", reason: "" });
  assert.deepEqual([...after.operator.ended.values()], ["its time is over", "taken back by carol"]);
  await after.operator.drain(["web"], 3_600_000, ALICE);
  assert.deepEqual([...after.operator.ended.keys()], ["api"]);
  world.names = ["api"];
  const last = await start();
  assert.deepEqual(last.words(), []);
  assert.match(log.lines.at(-1) ?? "", /^info web is not in the config any more: what was said of it is forgotten$/);
});

test("a stop drains what is not drained yet, keeps nothing of that, and lengthens no drain", async (t) => {
  const { start, flow, clock } = await stage(t);
  const { operator, look, words } = await start();
  flow(1, 1);
  await operator.force("api", "down", undefined, ALICE);
  await operator.drain(["web"], 3_600_000, ALICE);
  operator.stop(5_000);
  assert.equal(operator.drainsToStop, true);
  assert.equal(operator.overrides.get("web")?.deadline, clock.now() + 5_000);
  await look(5);
  assert.deepEqual(words(), ["web drain deadline", "api down "]);
  assert.equal(operator.drainsToStop, false);
  assert.deepEqual((await start()).words(), ["api down ", "web drain undefined"], "alice's drain goes on");
});

test("metrics tell since when a word stands, and until when, where it ends by itself", async (t) => {
  const { start } = await stage(t);
  const { operator, look, metric } = await start();
  const times = async () => (await metric("bgp_lb_override_")).map((line) => line.replace(/\d+$/, "N"));
  await operator.force("web", "down", undefined, ALICE);
  assert.deepEqual(await times(), ['bgp_lb_override_since_timestamp_seconds{service="web",word="forced_down"} N']);
  await operator.force("web", "up", 3_600_000, ALICE);
  const [since = "", until = ""] = await metric("bgp_lb_override_");
  const after = Number(until.split(" ")[1]) - Number(since.split(" ")[1]);
  assert.ok(after >= 3_600 && after <= 3_601, until);
  await operator.drain(["web"], 0, ALICE);
  await look(0);
  assert.deepEqual(await times(), ['bgp_lb_override_since_timestamp_seconds{service="web",word="drained"} N']);
});

test("a stop without a drain of its own waits for nobody's, and takes no word", async (t) => {
  const { start } = await stage(t);
  const { operator, words } = await start();
  await operator.drain(["web"], 3_600_000, ALICE);
  operator.stop(0);
  assert.deepEqual([operator.drainsToStop, words()], [false, ["web drain undefined"]]);
  await assert.rejects(
    operator.undrain(["web"], ALICE),
    /^Refused: this controller is stopping; say it to the next one$/,
  );
  await assert.rejects(operator.force("api", "down", undefined, ALICE), /stopping/);
});
