import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { execa } from "execa";
import { birdMissing } from "../support/bird.ts";
import { cliOf } from "../support/cli.ts";
import { findGobgpd } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { scene } from "./scene.ts";

const found = await findGobgpd("3.10");
const skip = "missing" in found ? found.missing : ((await birdMissing()) ?? false);
const [A, B] = ["10.77.0.1", "10.77.0.2"] as const;

/** The real servers that IPVS holds, without their ports. */
async function inIpvs(): Promise<string[]> {
  const { stdout } = await execa("ipvsadm", ["-S", "-n"]);
  return [...stdout.matchAll(/ -r ([\d.]+):\d+ /g)].map(([, address = ""]) => address).toSorted();
}

test("a pool over real IPVS: a dead real server is never put in, a controller that is killed leaves what stands, and one that comes alive is put in", {
  skip,
}, async (t) => {
  const check = { kind: "tcp", interval: "500ms", timeout: "400ms", rise: 2, fall: 3 };
  const pool = (port: number) => ({
    ports: [{ servicePort: 80, targetLocalPort: port }],
    realServers: [{ address: A }, { address: B }],
    realServerChecks: [{ ...check, port }],
  });
  const port = 8_099;
  const { gobgpd, controller, announced, wire } = await scene(t, {}, pool(port));
  const { run } = cliOf(controller);
  for (const address of [A, B]) await execa("ip", ["address", "add", `${address}/32`, "dev", "lo"], { reject: false });
  const servers = [A, B].map(() => createServer((client) => client.destroy()));
  t.after(async () => {
    for (const server of servers) server.close();
    await controller.ended();
    await run("cleanup");
    for (const address of [A, B])
      await execa("ip", ["address", "delete", `${address}/32`, "dev", "lo"], { reject: false });
  });
  servers[0]?.listen(port, A);
  await once(servers[0] as object as NodeJS.EventEmitter, "listening");
  await gobgpd.start("binary" in found ? found.binary : "");
  const start = () => controller.start("-network-setup=true", "-ipvs-setup=true");
  start();
  await announced();
  await controller.says(/real server 10\.77\.0\.2 of service web is down/);
  assert.deepEqual(await inIpvs(), [A]);
  assert.ok(!controller.lines.some((line) => line.includes(`add real server ${B}`)), controller.lines.join("\n"));

  controller.signal("SIGKILL");
  await controller.ended();
  const from = controller.lines.length;
  start();
  await controller.says(/real server 10\.77\.0\.2 of service web is down/, from);
  assert.deepEqual(await inIpvs(), [A]);
  const ops = controller.lines.slice(from).filter((line) => /(add|set|delete) (real server|virtual)/.test(line));
  assert.deepEqual(ops, []);

  servers[1]?.listen(port, B);
  await until("both in IPVS", async () => (await inIpvs()).length === 2);
  assert.deepEqual(wire(), ["+10.88.2.1/32"]);
  controller.signal("SIGTERM");
  assert.equal(await controller.ended(), 0);
});
