import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Address } from "../../src/core/address.ts";
import type { SpeakerOp } from "../../src/core/op.ts";
import { Password } from "../../src/core/password.ts";
import type { PeerConfig } from "../../src/core/state.ts";
import { applyOps } from "../../src/speaker/apply.ts";
import { Client } from "../../src/speaker/client.ts";
import { Connection } from "../../src/speaker/connection.ts";
import type { Dialect } from "../../src/speaker/dialect.ts";
import { readSent, readState } from "../../src/speaker/observe.ts";
import { encodePeer } from "../../src/speaker/peer.ts";
import { addPolicyRequest, assignmentRequest } from "../../src/speaker/policy.ts";
import { v3 } from "../../src/speaker/v3.ts";
import { v4 } from "../../src/speaker/v4.ts";
import type { WirePeer } from "../../src/speaker/wire.ts";
import { FakeGobgpd, status } from "./fake-gobgpd.ts";
import { addPeer, announce, clock, deletePeer, IDENTITY, never, policy, start, updatePeer, withdraw } from "./stage.ts";

const PEER = { address: "127.0.0.2" as Address, as: 64513, port: 179 };
const EMPTY = { global: { asn: 0 } };
const STARTED = { global: { asn: IDENTITY.as, router_id: IDENTITY.routerId, listen_port: -1 } };
const ok = () => ({});
const many = Array.from({ length: 1200 }, (_, i) => announce(`10.88.${i >> 8}.${i & 255}/32`));

type Answers = Parameters<typeof FakeGobgpd.serve>[1];

/** A fake that takes everything. */
function willing(more: Answers = {}): Answers {
  let policySet = false;
  const assignment = (request: { direction?: unknown }) => ({
    assignment: {
      ...(assignmentRequest(request.direction as number) as { assignment: object }).assignment,
      policies: policySet ? [addPolicyRequest.policy] : [],
    },
  });
  return {
    GetBgp: () => STARTED,
    StartBgp: ok,
    AddPolicy: ok,
    SetPolicyAssignment: () => {
      policySet = true;
      return {};
    },
    ListPolicyAssignment: (request) => [assignment(request)],
    ListPeer: () => [],
    ListPath: () => [],
    AddPath: ok,
    DeletePath: ok,
    AddPathStream: ok,
    AddPeer: ok,
    UpdatePeer: ok,
    DeletePeer: ok,
    ResetPeer: ok,
    ...more,
  };
}

async function connect(t: TestContext, dialect: Dialect, more: Answers = {}) {
  const fake = await FakeGobgpd.serve(dialect, willing(more));
  const client = new Client(fake.api, undefined, clock);
  t.after(() => {
    client.close();
    fake.stop();
  });
  const connection = new Connection(client, dialect, never());
  return { fake, connection, apply: (...ops: SpeakerOp[]) => applyOps(connection, ops, never()) };
}

for (const dialect of [v3, v4]) {
  test(`${dialect.version}: on a fresh gobgpd the calls come in the order of the ops, GetBgp before StartBgp`, async (t) => {
    const { fake, apply } = await connect(t, dialect, { GetBgp: () => EMPTY });
    const results = await apply(start(), policy, announce("192.0.2.1/32"), addPeer(PEER));
    assert.deepEqual(
      results.map((result) => result.ok),
      [true, true, true, true],
    );
    const changes = fake.calls.filter((name) => !name.startsWith("List"));
    assert.deepEqual(changes, [
      "GetBgp",
      "StartBgp",
      "AddPolicy",
      "SetPolicyAssignment",
      "SetPolicyAssignment",
      "AddPath",
      "AddPeer",
    ]);
  });

  test(`${dialect.version}: many paths go in one stream, in batches`, async (t) => {
    const { fake, apply } = await connect(t, dialect);
    const results = await apply(...many);
    assert.deepEqual(
      results,
      many.map((op) => ({ op, ok: true })),
    );
    assert.deepEqual(fake.calls, ["AddPathStream", "AddPathStream", "AddPathStream"]);
    assert.deepEqual(
      fake.requests.map(({ paths }) => (paths as unknown[]).length),
      [500, 500, 200],
    );
    assert.ok(fake.requests.every((request) => request["table_type"] === dialect.table.global));
  });

  test(`${dialect.version}: a stream that fails goes again one by one, and finds the culprit`, async (t) => {
    const refuse = () => {
      throw status(2, "no such family");
    };
    const bad = (request: { path?: unknown }) => (JSON.stringify(request.path).includes("10.88.0.7") ? refuse() : {});
    const { fake, apply } = await connect(t, dialect, { AddPathStream: refuse, AddPath: bad });
    const ops = many.slice(0, 20);
    const results = await apply(...ops, addPeer(PEER));
    assert.deepEqual(
      results.map(({ op }) => op),
      [...ops, addPeer(PEER)],
    );
    const failed = results.flatMap((result) => (result.ok ? [] : result.error));
    assert.deepEqual(failed, [`gobgpd at ${fake.api} answered "no such family" (UNKNOWN) to AddPath`]);
  });

  test(`${dialect.version}: a gobgpd that is lost in a stream is not asked again for each path`, async (t) => {
    const { fake, apply } = await connect(t, dialect, {
      AddPathStream: () => {
        throw status(14, "Connection dropped");
      },
    });
    const results = await apply(...many.slice(0, 20), addPeer(PEER));
    assert.ok(results.every((result) => !result.ok));
    assert.deepEqual(fake.calls, ["AddPathStream"]);
  });

  test(`${dialect.version}: a failed policy keeps peers out, and nothing else`, async (t) => {
    const { fake, apply } = await connect(t, dialect, { SetPolicyAssignment: ok });
    const results = await apply(policy, announce("192.0.2.1/32"), addPeer(PEER), withdraw("192.0.2.2/32"));
    assert.deepEqual(
      results.map((result) => result.ok),
      [false, true, false, true],
    );
    assert.ok(!fake.calls.includes("AddPeer"));
  });

  test(`${dialect.version}: a peer whose timers or TTL change is deleted and added; its key is taken from the listening socket first, unless another comes`, async (t) => {
    const signed: PeerConfig = { ...PEER, password: new Password("a") };
    const { fake, apply } = await connect(t, dialect, { ListPeer: () => [{ peer: encodePeer(signed) }] });
    const calls = async (op: SpeakerOp) => {
      const from = fake.calls.length;
      assert.deepEqual(await apply(op), [{ op, ok: true }]);
      return fake.calls.slice(from).filter((name) => name !== "ListPeer");
    };
    const password = (at: number) => (fake.requests.at(at)?.["peer"] as WirePeer | undefined)?.conf?.auth_password;
    assert.deepEqual(await calls(updatePeer({ ...PEER, password: new Password("a", "/x") })), []);
    assert.deepEqual(await calls(updatePeer({ ...PEER, password: new Password("b") })), ["UpdatePeer"]);
    assert.equal(password(-1), "b");
    assert.deepEqual(await calls(updatePeer(PEER)), ["UpdatePeer"]);
    assert.equal(password(-1), "");
    for (const change of [{ holdTime: 9 }, { multihop: 2 }, { ttlSecurity: 1 }])
      assert.deepEqual(await calls(updatePeer({ ...signed, ...change })), ["DeletePeer", "AddPeer"]);
    assert.equal(password(-1), "a");
    assert.deepEqual(await calls(updatePeer({ ...PEER, holdTime: 9 })), ["UpdatePeer", "DeletePeer", "AddPeer"]);
    assert.deepEqual([password(-3), password(-1)], ["", ""]);
    assert.deepEqual(await calls(deletePeer(PEER.address)), ["UpdatePeer", "DeletePeer"]);
    assert.equal(password(-2), "");
  });

  test(`${dialect.version}: a known peer is left alone or updated, never deleted and added`, async (t) => {
    const known = {
      conf: { neighbor_address: PEER.address, peer_asn: PEER.as },
      transport: { remote_port: PEER.port },
    };
    const { fake, apply } = await connect(t, dialect, { ListPeer: () => [{ peer: known }] });
    await apply(addPeer(PEER), updatePeer(PEER));
    assert.deepEqual(fake.calls, ["ListPeer", "ListPeer"]);
    const results = await apply(
      addPeer({ ...PEER, as: 1 }),
      updatePeer({ ...PEER, port: 1790 }),
      deletePeer(PEER.address),
    );
    assert.ok(results.every((result) => result.ok));
    const changes = fake.calls.filter((name) => name !== "ListPeer");
    assert.deepEqual(changes, ["UpdatePeer", "UpdatePeer", "DeletePeer"]);
  });

  test(`${dialect.version}: looking takes six calls, whatever gobgpd holds`, async (t) => {
    const path = (i: number) => ({
      destination: {
        paths: [
          {
            nlri: dialect.wrapPrefix({ prefix_len: 32, prefix: `10.0.${i >> 8}.${i & 255}` }),
            pattrs: [dialect.wrapAttribute("nextHop", { next_hop: "10.0.0.1" })],
          },
        ],
      },
    });
    const peer = (i: number) => ({
      peer: { conf: { neighbor_address: `127.0.0.${i + 1}`, peer_asn: 1 }, state: { session_state: 6 } },
    });
    const { fake, connection } = await connect(t, dialect, {
      ListPath: ({ family }) =>
        (family as { afi: number }).afi === 1 ? Array.from({ length: 1000 }, (_, i) => path(i)) : [],
      ListPeer: () => [peer(0), peer(1)],
    });
    const state = await readState(connection, never());
    assert.deepEqual([state.paths.size, state.peers.size], [1000, 2]);
    assert.equal(fake.calls.length, 6);
    fake.calls.length = 0;
    const sent = await readSent(connection, never());
    assert.deepEqual(
      [...sent].map(([address, { paths }]) => `${address} ${paths.size}`),
      ["127.0.0.1 1000", "127.0.0.2 1000"],
    );
    assert.equal(fake.calls.length, 2 + 2 * 2, "two a peer, and two before");
  });

  test(`${dialect.version}: before StartBgp only GetBgp is asked`, async (t) => {
    const { fake, connection } = await connect(t, dialect, { GetBgp: () => EMPTY });
    assert.equal((await readState(connection, never())).identity, undefined);
    assert.equal((await readSent(connection, never())).size, 0);
    assert.deepEqual(fake.calls, ["GetBgp", "GetBgp"]);
  });
}
