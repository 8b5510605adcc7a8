import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeAddress } from "../../src/dataplane/address.ts";
import { ip } from "./build.ts";

test("IPv6 is bound without duplicate address detection", () => {
  const op = { target: "kernel", link: "web", prefixLength: 128, address: ip("2001:db8::1") } as const;
  assert.equal(encodeAddress({ ...op, kind: "address.add" }).join(" "), "address add 2001:db8::1/128 dev web nodad");
  assert.equal(encodeAddress({ ...op, kind: "address.delete" }).join(" "), "address delete 2001:db8::1/128 dev web");
});

test("IPv4 is bound with its prefix length", () => {
  const op = { target: "kernel", link: "web", prefixLength: 24, address: ip("192.0.2.1") } as const;
  assert.equal(encodeAddress({ ...op, kind: "address.add" }).join(" "), "address add 192.0.2.1/24 dev web");
  assert.equal(encodeAddress({ ...op, kind: "address.delete" }).join(" "), "address delete 192.0.2.1/24 dev web");
});
