import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { birdMissing } from "../support/bird.ts";
import { cliOf } from "../support/cli.ts";
import { findGobgpd } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { scene } from "./scene.ts";

const found = await findGobgpd("3.10");
const skip = "missing" in found ? found.missing : ((await birdMissing()) ?? false);
const VIP = "10.88.2.1/32";
const HOST = "10.88.0.200";

test("a plan counts the open connection in real IPVS; a drain waits for the open connection, withdraws when it is gone, and tears down after the hold", {
  skip,
}, async (t) => {
  const { backend, bird, gobgpd, controller, announced, withdrawn, wire } = await scene(t);
  const { run, start } = cliOf(controller);
  await execa("ip", ["address", "add", `${HOST}/32`, "dev", "lo"], { reject: false });
  const held = new Set<Socket>();
  const server = createServer((socket) => held.add(socket.on("error", () => {})));
  server.listen(backend.port, HOST);
  await once(server, "listening");
  t.after(async () => {
    for (const socket of held) socket.destroy();
    server.close();
    await controller.ended();
    await run("cleanup");
    await execa("ip", ["address", "delete", `${HOST}/32`, "dev", "lo"], { reject: false });
  });
  const link = async () => (await execa("ip", ["link", "show", "web"], { reject: false })).exitCode === 0;
  await gobgpd.start("binary" in found ? found.binary : "");
  controller.start("-network-setup=true", "-ipvs-setup=true");
  await announced();
  const client = connect({ host: "10.88.2.1", port: 80 });
  await once(client, "connect");

  // What a file without the service would take away, before it is: the connection that is open through the kernel's IPVS.
  const running = JSON.parse(await readFile(join(controller.folder, "config.json"), "utf8")) as { service: object };
  const moved = join(controller.folder, "moved.json");
  await writeFile(moved, JSON.stringify({ ...running, service: { ...running.service, ip: "10.88.2.2" } }));
  const planned = await run("plan", "-config", moved, "-ipvs-setup=true");
  assert.equal(planned.code, 0, planned.err.join("\n"));
  assert.ok(planned.out.includes("IPVS, 1 connection:"), planned.out.join("\n"));
  assert.equal(wire().length, 1, "a plan changes nothing");

  const waiting = start("drain", "web", "-wait", "-reason", "kernel update");
  let told = "";
  waiting.stdout?.on("data", (text: Buffer) => {
    told += text.toString();
  });
  await until("the open connection to be told", () => /web: draining, 1 active, 1 accepted/.test(told), {
    found: () => told,
  });
  await until("the demoted path", () => wire().length === 2);
  assert.deepEqual(bird.tap.changes[1]?.attributes, ["med 1000000", "communities 65535:0"]);
  assert.doesNotMatch(told, /web is drained/, "it waits");
  client.destroy();
  const { exitCode } = await waiting;
  assert.equal(exitCode, 0, told);
  assert.match(told, /web is drained by alice: kernel update \(quiet, nothing was left\)\n$/);
  await withdrawn();
  await until("the teardown", async () => !(await link()));
  assert.deepEqual(wire(), [`+${VIP}`, `+${VIP}`, `-${VIP}`]);
  assert.equal((await run("undrain", "web")).code, 0);
  await announced();
  assert.ok(await link());
  controller.signal("SIGTERM");
  assert.equal(await controller.ended(), 0);
});
