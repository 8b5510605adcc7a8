import assert from "node:assert/strict";
import { isIP, isIPv4, SocketAddress } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { endpoint, family, networkPrefix, parseAddress, splitPrefix } from "../../src/core/address.ts";

test("canonical form is RFC 5952's", () => {
  const cases = {
    "2001:DB8::0001": "2001:db8::1",
    "2001:0db8:0:0:0:0:2:1": "2001:db8::2:1",
    "2001:db8:0:1:1:1:1:1": "2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1": "2001:0:0:1::1",
    "2001:db8:0:0:1:0:0:1": "2001:db8::1:0:0:1",
    "::": "::",
    "1::": "1::",
    "::ffff:192.0.2.1": "::ffff:c000:201",
    "192.0.2.1": "192.0.2.1",
  };
  for (const [text, canonical] of Object.entries(cases)) assert.equal(parseAddress(text), canonical, text);
});

test("what is no address is none", () => {
  for (const text of [
    "",
    "1",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "256.1.1.1",
    "1.2.3.4/32",
    ":",
    ":::",
    "1:2:3:4:5:6:7",
    "1::2::3",
    "::1%eth0",
    "[::1]",
    "1:2:3:4:5:6:7:8::",
    "12345::",
    "1.2.3.4::",
    "::1.2.3",
    " 1.2.3.4",
  ]) {
    assert.equal(parseAddress(text), undefined, text);
  }
});

test("property: agrees with the platform about what is an address, and equal addresses are equal texts", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit: fc.constantFrom(..."0123456789abcdef:.") })),
      (text) => {
        const address = parseAddress(text);
        assert.equal(address !== undefined, isIP(text) !== 0, text);
        if (address === undefined) return;
        assert.equal(parseAddress(address), address);
        const platform = new SocketAddress({ address: text, family: isIPv4(text) ? "ipv4" : "ipv6" });
        const again = new SocketAddress({ address, family: family(address) });
        assert.equal(again.address, platform.address);
      },
    ),
    { numRuns: 5000 },
  );
});

test("a prefix clears the host bits", () => {
  const network = (text: string, length: number) => networkPrefix(parseAddress(text) ?? assert.fail(text), length);
  assert.equal(network("10.88.2.1", 32), "10.88.2.1/32");
  assert.equal(network("10.88.2.255", 25), "10.88.2.128/25");
  assert.equal(network("10.88.2.1", 1), "0.0.0.0/1");
  assert.equal(network("2001:db8:f:ffff::1", 49), "2001:db8:f:8000::/49");
  assert.deepEqual(splitPrefix(network("2001:db8::1", 128)), { address: "2001:db8::1", length: 128 });
  assert.equal(endpoint(parseAddress("2001:db8::1") ?? assert.fail(), 80), "[2001:db8::1]:80");
});
