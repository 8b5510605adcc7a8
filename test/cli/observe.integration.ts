import assert from "node:assert/strict";
import { test } from "node:test";
import type { StatusDocument } from "../../src/admin/api.ts";
import type { Event } from "../../src/core/event.ts";
import { scene } from "../daemon/scene.ts";
import { birdMissing } from "../support/bird.ts";
import { cliOf } from "../support/cli.ts";
import { findGobgpd } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";

const found = await findGobgpd("4.8");
const skip = "missing" in found ? found.missing : ((await birdMissing()) ?? false);
const binary = "binary" in found ? found.binary : "";

// fault: journal-kept
test("status, why and events tell of a real failover what happened, and the journal of it outlives a kill -9", {
  skip,
}, async (t) => {
  const { backend, gobgpd, controller, announced, withdrawn } = await scene(t);
  const { run, start } = cliOf(controller);
  const status = async () => JSON.parse((await run("status", "web", "-json")).out.join("\n")) as StatusDocument;
  await gobgpd.start(binary);
  controller.start();
  await announced();
  await until("proven", async () => (await status()).announcements[0]?.state === "proven");
  const well = await run("status");
  assert.match(well.out.join("\n"), /\n10\.88\.2\.1\/32 +web +proven +\d+s +1\/1 +web is up: /);
  const fine = await run("why", "10.88.2.1");
  assert.deepEqual([fine.code, fine.out[0]], [0, "10.88.2.1/32 (web) is announced, at 1 of 1 peer."]);

  const followed: string[] = [];
  const follower = start("events", "-follow", "-json", "web");
  follower.stdout?.on("data", (chunk: Buffer) => followed.push(...chunk.toString().split("\n")));
  const sees = (text: string) => until(`an entry with ${text}`, () => followed.some((line) => line.includes(text)));
  await sees('"to":"proven"');
  backend.die();
  await withdrawn();
  await sees('"from":"proven","to":"withdrawn"');

  const broken = await run("why", "web");
  assert.equal(broken.code, 1);
  assert.equal(broken.out[0], "10.88.2.1/32 (web) is not announced. The first link that is broken: check.");
  assert.match(broken.out.join("\n"), /\nBROKEN {2}check +web: http .* is down for \d+s, since .*: .*refused/);
  assert.match(broken.out.join("\n"), /\nTo do: mend web, or its check http/);
  const unknown = await run("why", "wbe");
  assert.deepEqual([unknown.code, unknown.out], [4, []]);

  controller.signal("SIGKILL");
  await controller.ended();
  const from = controller.lines.length;
  controller.start();
  await controller.says(/^info bgp-lb .* starts with/, from);
  await sees("the one before ended without leaving");
  follower.kill("SIGINT");
  assert.equal((await follower).exitCode, 0);
  const kept = (await run("events", "-since", "1h", "-json", "web")).out.map((line) => JSON.parse(line) as Event);
  const moves = kept.filter(({ kind }) => kind === "announcement").map(({ from: was, to }) => `${was} ${to}`);
  assert.equal(moves.filter((move) => move === "proven withdrawn").length, 1, moves.join());
  const down = kept.find(({ kind, to }) => kind === "announcement" && to === "withdrawn");
  assert.match(down?.reason ?? "", /^web is down: http/);
  assert.ok((down?.took ?? -1) >= 0, "it says how long after the verdict");
  assert.deepEqual(
    kept.map(({ id }) => id),
    kept.map(({ id }) => id).toSorted((a, b) => a - b),
  );
});
