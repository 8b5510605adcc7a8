import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { takeLock } from "../../src/daemon/lock.ts";

const fine = { ready: true, stalled: false, line: "1 of 1 VIP announced" };
const name = () => `bgp-lb-test-${process.pid}-${Math.random()}`;

test("the second controller is refused and told who the first is; after the first it gets the lock", async () => {
  const lock = name();
  const first = await takeLock("/etc/bgp-lb/config.json", () => fine, lock);
  await assert.rejects(
    takeLock("/etc/other.json", () => fine, lock),
    {
      message: new RegExp(
        `another bgp-lb controls this network namespace \\(process ${process.pid} with config /etc/bgp-lb/config.json\\)`,
      ),
    },
  );
  await first.release();
  await (await takeLock("/etc/other.json", () => fine, lock)).release();
});

test("a holder that says nothing or nonsense is told as such", async () => {
  for (const answer of ["", "garbage", "null", "{}"]) {
    const lock = name();
    const server = createServer((client) => client.end(answer));
    await new Promise<void>((resolve) => server.listen(`\0${lock}`, resolve));
    await assert.rejects(
      takeLock("x", () => fine, lock),
      /it does not answer, so it is stopped or hung/,
    );
    await new Promise((resolve) => server.close(resolve));
  }
});
