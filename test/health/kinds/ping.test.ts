import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { create, type PingConfig, schema } from "../../../src/health/kinds/ping.ts";
import { isGone, pidOf } from "../process.ts";

function config(addresses: string[], timeout = "1s"): PingConfig {
  return schema.parse({ kind: "ping", addresses, timeout });
}

/** A program in place of ping, and the directory that it runs beside; its last argument is the address. */
function fake(t: TestContext, script: string): { binary: string; directory: string } {
  const directory = mkdtempSync(join(tmpdir(), "bgp-lb-ping-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const binary = join(directory, "ping");
  writeFileSync(binary, `#!/bin/sh\ncd ${directory}\nfor address; do :; done\n${script}\n`);
  chmodSync(binary, 0o755);
  return { binary, directory };
}

const SIGNAL = new AbortController().signal;

test("loopback answers, v4 and v6", async () => {
  assert.deepEqual(await create(config(["127.0.0.1"])).probe(SIGNAL), { ok: true });
  assert.deepEqual(await create(config(["::1"])).probe(SIGNAL), { ok: true });
});

test("one that answers is enough, and the others are not waited for", async () => {
  // The documentation and reserved networks have no hosts; some networks answer for them all the same, which changes nothing here.
  assert.deepEqual(await create(config(["192.0.2.1", "240.0.0.1", "127.0.0.1"], "10m")).probe(SIGNAL), {
    ok: true,
  });
});

test("an address that does not answer ends by the signal", async () => {
  const result = await create(config(["240.0.0.1"], "300ms")).probe(AbortSignal.timeout(300));
  assert.equal(result.ok, false);
  assert.match(result.ok ? "" : result.reason, /^(240\.0\.0\.1 does not answer|ping 240\.0\.0\.1: .*)$/);
});

test("none that answers is unhealthy, every one is named", async (t) => {
  const { binary } = fake(t, "exit 1");
  assert.deepEqual(await create(config(["10.0.0.1", "10.0.0.2"]), binary).probe(SIGNAL), {
    ok: false,
    reason: "10.0.0.1 does not answer; 10.0.0.2 does not answer",
  });
});

test("ping is asked for one packet, numbers only, and told to end by itself after the timeout in whole seconds", async (t) => {
  const { binary } = fake(t, 'test "$LC_ALL $*" = "C -n -q -c 1 -W 2 10.0.0.1"');
  assert.deepEqual(await create(config(["10.0.0.1"], "1500ms"), binary).probe(SIGNAL), { ok: true });
});

test("what ping complains about is the reason", async (t) => {
  const { binary } = fake(t, 'echo "ping: connect: Network is unreachable" >&2; exit 2');
  assert.deepEqual(await create(config(["10.0.0.1"]), binary).probe(SIGNAL), {
    ok: false,
    reason: "ping 10.0.0.1: connect: Network is unreachable",
  });
});

test("a ping that may not open its socket comes with the capability that it needs", async (t) => {
  const { binary } = fake(
    t,
    'echo "ping: socktype: SOCK_RAW" >&2; echo "ping: socket: Operation not permitted" >&2; exit 2',
  );
  assert.deepEqual(await create(config(["10.0.0.1", "10.0.0.2"]), binary).probe(SIGNAL), {
    ok: false,
    reason:
      "ping may not open its socket; needs CAP_NET_RAW: in AmbientCapabilities and CapabilityBoundingSet (systemd) or cap_add: [NET_RAW] (containers)",
  });
});

test("a ping whose system calls are filtered comes with the filter that it needs", async (t) => {
  const { binary } = fake(t, 'echo "ping: setuid: Operation not permitted" >&2; exit 255');
  assert.deepEqual(await create(config(["10.0.0.1"]), binary).probe(SIGNAL), {
    ok: false,
    reason:
      "ping may not take up its capability (setuid: Operation not permitted); needs SystemCallFilter=capset setuid (systemd)",
  });
});

test("a missing ping comes with the remedy, once", async () => {
  assert.deepEqual(await create(config(["10.0.0.1", "10.0.0.2"]), "/nonexistent/ping").probe(SIGNAL), {
    ok: false,
    reason: "the program /nonexistent/ping is missing; install iputils-ping",
  });
});

test("the first answer ends the other pings, and the signal all of them", async (t) => {
  const { binary, directory } = fake(
    t,
    '[ "$address" = "10.0.0.9" ] && { while [ ! -s 10.0.0.1 ]; do :; done; exit 0; }\necho $$ > "$address"; exec sleep 1000',
  );
  assert.deepEqual(await create(config(["10.0.0.1", "10.0.0.9"]), binary).probe(SIGNAL), { ok: true });
  await isGone(await pidOf(join(directory, "10.0.0.1")));

  const controller = new AbortController();
  const ended = create(config(["10.0.0.2", "10.0.0.3"]), binary).probe(controller.signal);
  const pids = await Promise.all(["10.0.0.2", "10.0.0.3"].map((address) => pidOf(join(directory, address))));
  const listeners = process.listenerCount("SIGTERM");
  controller.abort();
  assert.deepEqual(await ended, { ok: false, reason: "10.0.0.2 does not answer; 10.0.0.3 does not answer" });
  await Promise.all(pids.map(isGone));
  assert.equal(listeners, 0, "a SIGTERM while a ping runs is for the controller to answer");
});
