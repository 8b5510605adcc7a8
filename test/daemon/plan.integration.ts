import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { PlanDocument } from "../../src/admin/api.ts";
import { birdMissing } from "../support/bird.ts";
import { cliOf } from "../support/cli.ts";
import { findGobgpd } from "../support/gobgpd.ts";
import { scene } from "./scene.ts";

const found = await findGobgpd("3.10");
const skip = "missing" in found ? found.missing : ((await birdMissing()) ?? false);
const binary = "binary" in found ? found.binary : "";

type Config = { service: Record<string, unknown>; bgp: { peers: [{ as: number }] } } & Record<string, unknown>;

// fault: plan-of-a-costly-config
test("plan asks the running controller what a reload would cost, and nothing is touched; without one it tells what a start would do", {
  skip,
}, async (t) => {
  const { backend, bird, gobgpd, controller, announced, wire } = await scene(t);
  const { run } = cliOf(controller);
  const running = join(controller.folder, "config.json");
  const file = join(controller.folder, "new.json");
  const before = JSON.parse(await readFile(running, "utf8")) as Config;
  const plan = async (config: unknown, ...flags: string[]) => {
    await writeFile(file, typeof config === "string" ? config : JSON.stringify(config));
    return run("plan", "-config", file, "-network-setup=false", ...flags);
  };
  await gobgpd.start(binary);
  const start = await plan(before);
  assert.equal(start.code, 0, start.err.join());
  assert.equal(start.out[0], `${file} in a start: no controller runs here`);
  assert.match(start.out.join("\n"), /^ {2}10\.88\.2\.1\/32 {2}announce {2}web is up: http \S+ passes \(one probe\)$/m);

  controller.start();
  await announced();
  const same = await plan(before);
  assert.deepEqual([same.code, same.out.slice(1)], [0, ["nothing to do"]]);
  assert.match(same.out[0] ?? "", /new\.json in a reload: process \d+ runs .*\/config\.json$/);

  const bad = await plan("{ not json");
  assert.deepEqual([bad.code, bad.out], [2, []]);
  assert.match(bad.err[0] ?? "", /new\.json:1:3: not JSON/);

  const more = { name: "more", vips: ["10.88.2.2"], ports: [], healthchecks: [{ kind: "tcp", port: backend.port }] };
  const peers = [{ ...before.bgp.peers[0], as: 64599 }];
  const costly = { ...before, service: undefined, services: [more], bgp: { ...before.bgp, peers } };
  const { code, out } = await plan(costly, "-json");
  const told = JSON.parse(out.join("\n")) as PlanDocument;
  const change = "AS 64513 is now 64599";
  assert.equal(code, 0);
  assert.deepEqual(told.sessions, [{ peer: "127.0.0.2", effect: "reset", session: "established", change }]);
  assert.deepEqual(told.vips, [
    { prefix: "10.88.2.1/32", effect: "withdraw", why: "it is not in the config any more" },
  ]);
  assert.deepEqual(told.resets, [`peer 127.0.0.2: ${change}, so its session is lost`]);
  assert.match(told.held[0]?.reason ?? "", /^more is unknown: tcp.*: no verdict yet$/);
  const plain = (await plan(costly)).out.join("\n");
  assert.match(
    plain,
    /a reload is refused without -allow-session-reset:\n {6}peer 127\.0\.0\.2: AS 64513 is now 64599/,
  );
  assert.match(plain, /sessions:\n {2}127\.0\.0\.2 {2}reset {2}established {2}AS 64513 is now 64599/);

  const moved = { ...before, bgp: { ...before.bgp, gobgp: { address: "127.0.0.1:1" } } };
  assert.match((await plan(moved)).out.join("\n"), /cannot be reloaded:\n {6}bgp\.gobgp: .*restart bgp-lb/);

  backend.die();
  assert.deepEqual([bird.tap.opens, wire()], [1, ["+10.88.2.1/32"]], "nothing was touched");
});
