import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMetricsAddress } from "../../src/config/metrics-address.ts";

test("addresses as Go's net.Listen takes them, and off", () => {
  assert.deepEqual(parseMetricsAddress(":8081"), { port: 8081 });
  assert.deepEqual(parseMetricsAddress("127.0.0.1:0"), { host: "127.0.0.1", port: 0 });
  assert.deepEqual(parseMetricsAddress("[2001:DB8::1]:8081"), { host: "2001:db8::1", port: 8081 });
  assert.deepEqual(parseMetricsAddress("localhost:8081"), { host: "localhost", port: 8081 });
  assert.equal(parseMetricsAddress(""), undefined);
  assert.equal(parseMetricsAddress("off"), undefined);
});

test("what is no address says why", () => {
  for (const [text, why] of [
    ["8081", /did you mean ":8081"\?$/],
    ["::1", /an IPv6 address takes brackets, and a port after them$/],
    ["[::1]", /the port is missing$/],
    ["localhost:", /the port is missing$/],
    [":65536", /a port is at most 65535$/],
    ["[127.0.0.1]:1", /no IPv6 address is in the brackets$/],
    ["a b:1", /that is no address or host name$/],
    ["300.0.0.1:1", /that is no address or host name$/],
    ["http://localhost:1", /found "http:\/\/localhost:1"/],
  ] as const) {
    assert.throws(() => parseMetricsAddress(text), { name: "UsageError", message: why }, text);
  }
});
