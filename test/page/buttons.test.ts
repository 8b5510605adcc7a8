import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, stage, TOKEN } from "./stage.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const DRAIN = `do=drain&name=web&timeout=30000&by=alice&reason=&token=${TOKEN}`;

test("read-only by default: no buttons, and nobody who would press them all the same gets through", async (t) => {
  const { port, asked } = await stage(t);
  assert.doesNotMatch((await ask(port, "/service?name=web")).text, /act\?do=/);
  assert.equal((await ask(port, "/act?do=drain&name=web")).status, 403);
  const headers = { ...FORM, origin: `http://127.0.0.1:${port}` };
  assert.equal((await ask(port, "/act", { method: "POST", headers, body: DRAIN })).status, 403);
  assert.deepEqual(asked, []);
});

// fault: page-foreign-form
test("a button works for this page itself with the token, and for nobody else", async (t) => {
  const { port, asked } = await stage(t, { buttons: true });
  const own = { ...FORM, origin: `http://127.0.0.1:${port}`, "sec-fetch-site": "same-origin" };
  const post = (headers: object, body: string) => ask(port, "/act", { method: "POST", headers: { ...headers }, body });
  const { origin: _, ...without } = own;
  assert.equal((await post(without, DRAIN)).status, 403, "no origin");
  assert.equal((await post({ ...own, origin: "http://evil.example" }, DRAIN)).status, 403);
  assert.equal((await post({ ...own, origin: "null" }, DRAIN)).status, 403);
  assert.equal((await post({ ...own, "sec-fetch-site": "cross-site" }, DRAIN)).status, 403);
  assert.equal((await post(own, DRAIN.replace(TOKEN, "guessed"))).status, 403);
  assert.equal((await post(own, DRAIN.replace(/&token.*/, ""))).status, 403);
  assert.equal((await post({ ...own, "content-type": "text/plain" }, DRAIN)).status, 415);
  assert.equal((await post(own, `${DRAIN}&x=${"a".repeat(9_000)}`)).status, 413);
  assert.equal((await post(own, DRAIN.replace("by=alice", "by="))).status, 400);
  assert.equal((await post(own, DRAIN.replace("30000", "soon"))).status, 400);
  assert.deepEqual(asked, []);
  const { status: code, text } = await post(own, DRAIN);
  assert.equal(code, 200);
  assert.match(text, /web is draining/);
  assert.deepEqual(asked, [{ services: ["web"], timeout: 30_000, by: "alice", reason: "" }]);
});

test("before a button is pressed it says what it would do; only who came by the socket is given the token", async (t) => {
  const counted = {
    virtualService: "tcp 10.88.2.1:80" as never,
    server: "10.88.0.200:8080",
    weight: 1,
    forwarding: "masquerade",
    active: 7,
    inactive: 1,
    ever: undefined,
  };
  for (const trusted of [false, true]) {
    const { port, world } = await stage(t, { buttons: true, trusted });
    world.traffic = [counted];
    world.foreseen = { vips: [{ prefix: "10.88.2.1/32" as never, effect: "withdraw", why: "" }], held: [] };
    const { text } = await ask(port, "/act?do=force-down&name=web");
    assert.match(text, /10\.88\.2\.1\/32: withdrawn at once from 1 of 1 peers/);
    assert.match(text, /7 open connections: cut off/);
    assert.equal(text.includes(TOKEN), trusted);
  }
});
