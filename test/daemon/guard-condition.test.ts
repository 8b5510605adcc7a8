import assert from "node:assert/strict";
import { test } from "node:test";
import type { Prefix } from "../../src/core/address.ts";
import type { Lease } from "../../src/core/lease.ts";
import { guardCondition } from "../../src/daemon/guard-condition.ts";
import { readAsk, readCondition, readToGuard, writeMessage } from "../../src/daemon/guard-protocol.ts";

const LEASE: Lease = {
  terms: { term: 5_000, onLost: "demote", handover: 60_000 },
  prefixes: ["10.88.2.1/32" as Prefix, "10.88.2.2/32" as Prefix],
  endsAt: 10_000,
  lost: false,
};

test("a guard is well while it could act when it had to, and has not had to", () => {
  const said = (lease: Lease | undefined, fault?: string) => {
    const { well, line } = guardCondition(lease, fault, 6_000);
    return `${well}: ${line}`;
  };
  assert.equal(said(undefined, "not looked at"), "true: no controller has asked for a lease; nothing is to be watched");
  assert.equal(said(LEASE), "true: watches 2 prefixes; the lease has 4.0 s to go");
  assert.equal(said({ ...LEASE, endsAt: 5_000 }), "true: watches 2 prefixes; the lease has 0.0 s to go");
  assert.equal(said({ ...LEASE, endsAt: Infinity }), "true: watches 2 prefixes, without a lease");
  assert.equal(said(LEASE, "ca.pem: no such file"), "false: gobgpd cannot be opened: ca.pem: no such file");
  assert.equal(said({ ...LEASE, lost: true }), "false: the lease over 2 prefixes is lost; onLeaseLost is demote");
});

test("to ask is no news of a controller, and the answer is read as it was written", () => {
  const ask = writeMessage({ kind: "ask" }).trim();
  assert.deepEqual([readToGuard(ask), readAsk(ask)], [undefined, { kind: "ask" }]);
  const condition = guardCondition(LEASE, undefined, 0);
  assert.deepEqual(readCondition(writeMessage(condition).trim()), condition);
  assert.equal(readAsk(writeMessage({ kind: "renew" }).trim()), undefined);
});
