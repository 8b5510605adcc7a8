import assert from "node:assert/strict";
import { test } from "node:test";
import { exposure } from "../../src/daemon/exposure.ts";
import { SpeakerNews } from "../../src/daemon/speaker-news.ts";
import { listensEverywhere } from "../../src/dataplane/listening.ts";
import { recordingLog } from "../support/log.ts";

const HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const row = (local: string, remote: string, state: string) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 4711 1 0\n`;

async function seen(v4: string, v6: string | undefined): Promise<string | undefined> {
  const read = (path: string) => Promise.resolve(path.endsWith("tcp") ? HEAD + v4 : v6 && HEAD + v6);
  return listensEverywhere({ read }, 50_051);
}

test("who listens at every address is told from one address, another port, and a connection", async () => {
  const zeros = "0".repeat(32);
  assert.equal(await seen(row("00000000:C383", "00000000:0000", "0A"), undefined), "0.0.0.0");
  assert.equal(await seen("", row(`${zeros}:C383`, `${zeros}:0000`, "0A")), "[::]");
  assert.equal(await seen(row("0100007F:C383", "00000000:0000", "0A"), ""), undefined);
  assert.equal(await seen(row("00000000:C384", "00000000:0000", "0A"), ""), undefined);
  assert.equal(await seen(row("00000000:C383", "00000000:0000", "07"), ""), undefined);
  assert.equal(await listensEverywhere({ read: () => Promise.reject(new Error("EACCES")) }, 50_051), undefined);
});

test("gobgpd's API at every address is a warning, unless it speaks TLS or is another host's", async () => {
  const open = () => Promise.resolve("[::]");
  const words = await exposure({ address: "127.0.0.1:50051" }, open);
  assert.match(
    words ?? "",
    /^gobgpd's API listens on \[::\]:50051, .* start gobgpd with --api-hosts 127\.0\.0\.1:50051/,
  );
  const own = () => ["10.0.0.2", "2001:db8::2"];
  const here = ["localhost:1", "[::1]:1", "0.0.0.0:1", "[::]:1", "10.0.0.2:1", "[2001:db8::2]:1"];
  for (const address of here) assert.ok(await exposure({ address }, open, own), address);
  assert.equal(await exposure({ address: "10.0.0.1:50051" }, open, own), undefined);
  assert.equal(await exposure({ address: "127.0.0.1:1", tls: {} }, open), undefined);
  assert.equal(await exposure({ address: "127.0.0.1:1" }, () => Promise.resolve(undefined)), undefined);
});

test("beside a unix socket the port is looked at where gobgpd's API is by default", async () => {
  const at = (open: number) => (port: number) => Promise.resolve(port === open ? "[::]" : undefined);
  const address = "unix:///run/gobgp/api.sock";
  assert.match(
    (await exposure({ address }, at(50_051))) ?? "",
    /^something listens on \[::\]:50051, .*if it is gobgpd,/,
  );
  assert.equal(await exposure({ address }, at(179)), undefined);
});

test("it is told when gobgpd comes up with it, not each time, and again when it was right in between", async () => {
  const { logger, lines } = recordingLog();
  let found: string | undefined = "open";
  const news = new SpeakerNews(logger, { note: () => undefined }, () => Promise.resolve(found));
  const up = async () => {
    news.tell({ kind: "up", version: "GoBGP 4", api: "x" });
    await new Promise(setImmediate);
    return lines.filter((line) => line === "warn open").length;
  };
  assert.deepEqual([await up(), await up()], [1, 1]);
  found = undefined;
  assert.equal(await up(), 1);
  found = "open";
  assert.equal(await up(), 2);
});
