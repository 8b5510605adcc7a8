import assert from "node:assert/strict";
import type { ClientRequest, IncomingMessage } from "node:http";
import { request } from "node:http";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { until } from "../support/until.ts";
import { announcement, ask, raw, stage, status } from "./stage.ts";

test("each answer forbids what is not this page's own, and is made for a browser", async (t) => {
  const { port } = await stage(t);
  const { status: code, headers, text } = await ask(port, "/");
  assert.equal(code, 200);
  assert.match(text, /^<!doctype html>\n<html lang="en">/);
  assert.match(
    String(headers["content-security-policy"]),
    /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/,
  );
  assert.doesNotMatch(text, /<script>|<style|style="|onclick|https?:\/\//);
  const assets = [...text.matchAll(/(?:src|href)="(assets\/[^"]+)"/g)].map(([, path = ""]) => path);
  assert.equal(assets.length, 8);
  for (const path of assets) assert.equal((await ask(port, `/${path}`)).status, 200, path);
});

// fault: page-foreign-name
test("a name that is not this host's is refused, before anything is read", async (t) => {
  const { port, world } = await stage(t, { hosts: ["lb.example.net"] });
  for (const host of ["evil.example", "localhost.evil.example", "10.0.0.1.evil.example"])
    assert.equal((await ask(port, "/", { headers: { host } })).status, 421, host);
  for (const host of ["", "a b", "[::1", "@", "a:b:c"])
    assert.match(
      await raw(port, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
      /^HTTP\/1.1 400 /,
      host,
    );
  const two = "Host: localhost\r\nHost: evil.example\r\n";
  assert.match(await raw(port, `GET / HTTP/1.1\r\n${two}Connection: close\r\n\r\n`), /^HTTP\/1.1 400 /);
  assert.equal(world.made, 0);
  for (const host of ["localhost:1", "127.0.0.1", "[::1]:8082", "LB1:8082", "lb.example.net", "a.localhost"])
    assert.equal((await ask(port, "/", { headers: { host } })).status, 200, host);
});

// fault: page-paths
test("paths are names from a list: nothing that is sent reaches a file", async (t) => {
  const { port, faults } = await stage(t);
  const paths = [
    "/../package.json",
    "/assets/../page/page.ts",
    "/assets/%2e%2e/x",
    "/assets//page.js",
    "//evil.example/",
    "/assets/",
    "/status",
    "/%00",
    "/__proto__",
    "/assets/constructor",
    `/${"a".repeat(4_000)}`,
  ];
  for (const path of paths) assert.equal((await ask(port, path)).status, 404, path);
  assert.match(
    await raw(port, "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
    /^HTTP\/1.1 400 /,
  );
  assert.match(await raw(port, "nonsense\r\n\r\n"), /^HTTP\/1.1 400 /);
  assert.match(
    await raw(port, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"a".repeat(20_000)}\r\n\r\n`),
    /^HTTP\/1.1 431 /,
  );
  assert.equal((await ask(port, "/", { method: "DELETE" })).status, 405);
  assert.equal((await ask(port, "/service?name=nobody")).status, 404);
  assert.deepEqual(faults, []);
});

// fault: page-markup
test("what services and peers say is text and never markup", async (t) => {
  const { port, world } = await stage(t);
  const evil = `<script>alert(1)</script>"'&\u202e\u001b[31m`;
  world.status = status({
    services: [
      {
        name: "web",
        verdict: "down",
        reason: evil,
        checks: [{ name: evil, verdict: "down", streak: 1, stale: false, reason: evil, lastSeconds: 1 }],
      },
    ],
    announcements: [announcement("10.88.2.1/32", ["web"], { reason: evil, state: "withdrawn", peers: [] })],
    failing: { [evil]: evil },
    reload: { at: "2026-01-02T03:04:05Z", error: evil },
  });
  for (const path of ["/", "/service?name=web", `/?q=${encodeURIComponent(evil)}`]) {
    const { text } = await ask(port, path);
    assert.doesNotMatch(text, /<script>alert|"'&\u202e/, path);
    assert.ok(!text.includes("\u001b"));
    assert.match(text, /&lt;script&gt;/, path);
  }
});

/** A stream of events that is open; `port` may refuse. */
function stream(
  t: TestContext,
  port: number,
): Promise<{ code: number; sent: ClientRequest; response: IncomingMessage }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path: "/live", agent: false }, (response) => {
      response.on("error", () => undefined);
      resolve({ code: response.statusCode ?? 0, sent, response });
    });
    sent.on("error", reject);
    sent.end();
    t.after(() => sent.destroy());
  });
}

// fault: page-many-followers
test("three hundred who want to follow: sixty-four do, the others are told to come later, and the page still opens", async (t) => {
  const { port } = await stage(t);
  const open = () =>
    stream(t, port).then(
      ({ code }) => code,
      () => "dropped" as const,
    );
  const answers = await Promise.all(Array.from({ length: 300 }, open));
  assert.equal(answers.filter((one) => one === 200).length, 64);
  assert.ok(answers.every((one) => one === 200 || one === 429 || one === 503 || one === "dropped"));
  await until("the page", async () => (await ask(port, "/").catch(() => undefined))?.status === 200);
});

test("with a gobgpd that cannot be read the page does not say that nothing is announced", async (t) => {
  const { port, world } = await stage(t);
  const announcements = [announcement("10.88.2.1/32", ["web"], { state: "unknown", peers: [] })];
  world.status = status({ announcements, speakerUp: false });
  assert.match((await ask(port, "/")).text, /0 of 1 VIP announced, 1 not known/);
});

// fault: page-many-changes
test("a change is told to those who follow, as a number, and what many changes cost is bounded", async (t) => {
  const { port, history, world } = await stage(t);
  const { response } = await stream(t, port);
  let told = "";
  response.on("data", (chunk: Buffer) => {
    told += chunk.toString();
  });
  await until("the first", () => /data: 0\n\n/.test(told));
  for (let at = 0; at < 10_000; at++) history.changes++;
  await until("the news", () => /data: 10000\n\n/.test(told));
  assert.equal(told.match(/data:/g)?.length, 2);
  assert.ok(world.made < 10);
});

test("the journal of a host is on its page, and that of a service, which concerns it alone, on the service's", async (t) => {
  const { port, world } = await stage(t);
  const event = (id: number, services: readonly string[], to: string) => ({
    id,
    at: "2026-01-02T03:04:05.678Z",
    kind: "health" as const,
    services,
    from: "up",
    to,
    reason: `<b>${to}</b>`,
    stood: 61_000,
    took: 78,
  });
  world.events = [event(1, ["web"], "down"), event(2, ["mail"], "unknown")];
  const { text } = await ask(port, "/");
  assert.ok(text.indexOf('id="event-2"') < text.indexOf('id="event-1"'), "the newest first");
  assert.match(text, /&lt;b&gt;down.*78 ms after its cause/);
  const own = (await ask(port, "/service?name=web")).text;
  assert.match(own, /id="event-1"/);
  assert.doesNotMatch(own, /id="event-2"/);
});
