import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { execa } from "execa";
import { birdMissing } from "../support/bird.ts";
import { cliOf } from "../support/cli.ts";
import { freePort } from "../support/free-port.ts";
import { findGobgpd } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { scene } from "./scene.ts";

const found = await findGobgpd("3.10");
const skip = "missing" in found ? found.missing : ((await birdMissing()) ?? false);
const HOST = "10.88.0.200";
const EXPIRE = "/proc/sys/net/ipv4/vs/expire_nodest_conn";

/** Says its name to whoever comes, and echoes. */
async function echo(t: TestContext, port: number, name: string): Promise<void> {
  const held = new Set<Socket>();
  const server = createServer((socket) => {
    held.add(socket.on("error", () => {}));
    socket.write(name);
    socket.pipe(socket);
  });
  server.listen(port, HOST);
  await once(server, "listening");
  t.after(() => {
    for (const socket of held) socket.destroy();
    server.close();
  });
}

async function call(): Promise<{ readonly socket: Socket; readonly name: string }> {
  const socket = connect({ host: "10.88.2.1", port: 80 });
  socket.on("error", () => {});
  const [name] = (await once(socket, "data")) as [Buffer];
  return { socket, name: name.toString() };
}

const servers = async () =>
  (await execa("ipvsadm", ["-Sn"])).stdout.split("\n").filter((line) => line.startsWith("-a"));

// fault: real-server-moved-under-clients
test("over real IPVS: a reload to another port keeps the old connection, takes new ones to the new port, and at the deadline ends what is left", {
  skip,
}, async (t) => {
  await execa("ip", ["address", "add", `${HOST}/32`, "dev", "lo"], { reject: false });
  const { backend, gobgpd, controller, announced, wire } = await scene(t, { realServerDrain: "1h" });
  const { run } = cliOf(controller);
  t.after(async () => {
    await controller.ended();
    await run("cleanup");
    await execa("ip", ["address", "delete", `${HOST}/32`, "dev", "lo"], { reject: false });
  });
  const other = await freePort(HOST);
  await echo(t, backend.port, "old");
  await echo(t, other, "new");
  await gobgpd.start("binary" in found ? found.binary : "");
  controller.start("-network-setup=true", "-ipvs-setup=true");
  await announced();
  assert.equal((await readFile(EXPIRE, "utf8")).trim(), "1");
  const old = await call();
  assert.equal(old.name, "old");

  const file = join(controller.folder, "config.json");
  const change = async (from: string, to: string) => {
    await writeFile(file, (await readFile(file, "utf8")).replace(from, to));
    controller.signal("SIGHUP");
  };
  await change(`"targetLocalPort":${backend.port}`, `"targetLocalPort":${other}`);
  const leaving = `-r ${HOST}:${backend.port} -m -w 0`;
  await until("the old one at weight 0", async () => (await servers()).some((line) => line.endsWith(leaving)), {
    found: () => controller.lines,
  });
  for (let n = 0; n < 3; n++) {
    const fresh = await call();
    assert.equal(fresh.name, "new");
    fresh.socket.destroy();
  }
  old.socket.write("still here?");
  assert.equal(String(await once(old.socket, "data")), "still here?");

  const ended = once(old.socket, "close");
  await change('"realServerDrain":"1h"', '"realServerDrain":"1ms"');
  await controller.says(
    /^warning real server 10\.88\.0\.200:\d+ of tcp 10\.88\.2\.1:80 still has \d+ connections? at the end of/,
  );
  await until("the old one to go", async () => (await servers()).length === 1);
  const write = setInterval(() => old.socket.write("anybody?"), 100);
  await ended;
  clearInterval(write);
  assert.equal(wire().length, 1, "the router heard of nothing");
  controller.signal("SIGTERM");
  assert.equal(await controller.ended(), 0);
  assert.equal((await readFile(EXPIRE, "utf8")).trim(), "0", "put back");
});
