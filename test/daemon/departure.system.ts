import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { birdMissing } from "../support/bird.ts";
import { cliOf } from "../support/cli.ts";
import { findGobgpd } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { freePort, scene } from "./scene.ts";

const found = await findGobgpd("3.10");
const skip = "missing" in found ? found.missing : ((await birdMissing()) ?? false);
const [STAYS, LEAVES] = ["10.88.0.201", "10.88.0.202"] as const;

/** A real server that says its address to each client, and then whatever it hears. */
async function realServer(address: string, port: number): Promise<{ end(): void }> {
  await execa("ip", ["address", "add", `${address}/32`, "dev", "lo"], { reject: false });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on("error", () => {}));
    socket.write(address);
    socket.pipe(socket);
  });
  server.listen(port, address);
  await once(server, "listening");
  return {
    end() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

async function client(): Promise<{ readonly socket: Socket; readonly server: string }> {
  const socket = connect({ host: "10.88.2.1", port: 80 });
  return { socket, server: await hears(socket) };
}

async function hears(socket: Socket): Promise<string> {
  const [data] = (await once(socket, "data")) as [Buffer];
  return data.toString();
}

test("over real IPVS a real server that leaves the config takes no new connection, keeps its open one, and goes when that has ended", {
  skip,
}, async (t) => {
  const port = await freePort();
  const servers = [await realServer(STAYS, port), await realServer(LEAVES, port)];
  const service = (addresses: readonly string[]) => ({
    name: "web",
    ip: "10.88.2.1",
    protocol: "tcp",
    ports: [{ servicePort: 80, targetLocalPort: port }],
    realServers: addresses.map((address) => ({ address })),
    healthchecks: [{ kind: "tcp", host: STAYS, port }],
  });
  const { gobgpd, controller, announced, wire } = await scene(t, { service: service([STAYS, LEAVES]) });
  const { run } = cliOf(controller);
  t.after(async () => {
    for (const one of servers) one.end();
    await controller.ended();
    await run("cleanup");
    for (const address of [STAYS, LEAVES])
      await execa("ip", ["address", "delete", `${address}/32`, "dev", "lo"], { reject: false });
  });
  /** `10.88.0.201 1`: address and weight, as ipvsadm(8) saves them. */
  const weights = async () =>
    [...(await execa("ipvsadm", ["-Sn"])).stdout.matchAll(/-r ([\d.]+):\d+ .*-w (\d+)/g)]
      .map(([, address, weight]) => `${address} ${weight}`)
      .toSorted();
  await gobgpd.start("binary" in found ? found.binary : "");
  controller.start("-network-setup=true", "-ipvs-setup=true");
  await announced();
  assert.deepEqual(await weights(), [`${STAYS} 1`, `${LEAVES} 1`]);
  const clients = [await client(), await client()];
  const old = clients.find(({ server }) => server === LEAVES) ?? assert.fail("rr gives each its turn");

  const file = join(controller.folder, "config.json");
  const before = JSON.parse(await readFile(file, "utf8")) as object;
  await writeFile(file, JSON.stringify({ ...before, service: service([STAYS]) }));
  const reloaded = await run("reload");
  assert.equal(reloaded.code, 0, reloaded.err.join("\n"));
  let seen: readonly string[] = [];
  const become = (expected: readonly string[]) =>
    until(
      `IPVS has ${expected}`,
      async () => {
        seen = await weights();
        return seen.join() === expected.join();
      },
      { found: () => seen },
    );
  await become([`${STAYS} 1`, `${LEAVES} 0`]);
  for (let count = 0; count < 4; count++) {
    const { socket, server } = await client();
    assert.equal(server, STAYS);
    socket.destroy();
  }
  old.socket.write("still there?");
  assert.equal(await hears(old.socket), "still there?");

  // IPVS forgets a connection that was reset after 10 s, and one that was closed after 120.
  old.socket.resetAndDestroy();
  await become([`${STAYS} 1`]);
  assert.equal(wire().length, 1, "no router heard of it");
  for (const { socket } of clients) socket.destroy();
  controller.signal("SIGTERM");
  assert.equal(await controller.ended(), 0);
});
