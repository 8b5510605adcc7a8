import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Prefix } from "../../src/core/address.ts";
import { parseAddress } from "../../src/core/address.ts";
import type { Path } from "../../src/core/path.ts";
import type { SpeakerEvent } from "../../src/core/ports.ts";
import { Events } from "../../src/speaker/events.ts";
import { decodeIdentity } from "../../src/speaker/identity.ts";
import { decodePath, encodeAnnounce, isLocal, withdrawFault } from "../../src/speaker/path.ts";
import { decodePeer, decodeSession, encodePeer } from "../../src/speaker/peer.ts";
import { addPolicyRequest, isLocalOnly } from "../../src/speaker/policy.ts";
import { v3 } from "../../src/speaker/v3.ts";
import { v4 } from "../../src/speaker/v4.ts";
import type { WireEvent, WireGlobal, WirePath, WirePeer, WirePolicyAssignment } from "../../src/speaker/wire.ts";
import { VirtualClock } from "../support/clock.ts";
import { bytesOf, fromBytes } from "./fake-gobgpd.ts";

const address = (text: string) => parseAddress(text) ?? assert.fail();
const PATH = encodeOf("10.88.2.1/32");
const PEER = encodePeer({ address: address("10.88.0.253"), as: 65512, port: 179 });

function encodeOf(prefix: string) {
  const path = { prefix: prefix as Prefix, nextHop: address("10.88.0.200"), med: 7, communities: ["65535:0" as never] };
  return (dialect: typeof v3) => encodeAnnounce(path, dialect, 0);
}

/** Bytes with some of them changed, put in, or cut off. */
const damage = fc.array(
  fc.tuple(fc.nat({ max: 400 }), fc.integer({ min: 0, max: 255 }), fc.constantFrom("set", "insert", "cut")),
  {
    maxLength: 6,
  },
);

function damaged(real: Buffer, blows: readonly (readonly [number, number, string])[]): Buffer {
  let bytes = [...real];
  for (const [where, value, how] of blows) {
    const at = where % (bytes.length + 1);
    if (how === "set") bytes[at] = value;
    else if (how === "insert") bytes.splice(at, 0, value);
    else bytes = bytes.slice(0, at);
  }
  return Buffer.from(bytes);
}

const text = fc.oneof(
  fc.string(),
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom("", "::ffff:1.2.3.4", "10.88.2.1/32", "010.1.1.1"),
);
const number = fc.oneof(fc.integer({ min: 0, max: 140 }), fc.integer({ min: 0, max: 4_294_967_295 }));

/** Nothing that a withdrawal could not name; a default route, which others may have injected, we never announce ourselves. */
function assertSound(path: Path | undefined): void {
  if (path === undefined || path.prefix.endsWith("/0")) return;
  assert.equal(withdrawFault(path.prefix), undefined, JSON.stringify(path));
}

for (const dialect of [v3, v4]) {
  // fault: gobgpd-answers-damaged
  test(`fuzz: ${dialect.version}: bytes of an answer that were damaged are no message, or one that no malformed op is made from`, () => {
    const real = bytesOf(dialect, "AddPath", { path: PATH(dialect) });
    const peer = bytesOf(dialect, "AddPeer", { peer: PEER });
    const policy = bytesOf(dialect, "AddPolicy", addPolicyRequest);
    let read = 0;
    fc.assert(
      fc.property(damage, (blows) => {
        const wire = fromBytes(dialect, "AddPath", damaged(real, blows))?.["path"] as WirePath | null | undefined;
        if (wire) {
          read++;
          isLocal(wire);
          const path = decodePath(wire, dialect);
          assertSound(path);
        }
        const neighbour = fromBytes(dialect, "AddPeer", damaged(peer, blows))?.["peer"] as WirePeer | undefined;
        if (neighbour) {
          decodeSession(neighbour);
          const found = decodePeer(neighbour);
          assert.ok(found === undefined || parseAddress(found.address) === found.address);
        }
        fromBytes(dialect, "AddPolicy", damaged(policy, blows));
      }),
      { numRuns: 1_000 },
    );
    assert.ok(read > 100, `${read} of them were messages`);
  });

  test(`fuzz: ${dialect.version}: an event of any kind ends no stream and tells of no session that has no peer`, async () => {
    const clock = new VirtualClock();
    const told: SpeakerEvent[] = [];
    const events = new Events(clock, (event) => told.push(event), new AbortController().signal);
    events.open();
    const peerOf = fc.record({
      conf: fc.option(fc.record({ neighbor_address: fc.oneof(fc.ipV4(), fc.string()), peer_asn: fc.integer() })),
      state: fc.option(fc.record({ neighbor_address: fc.string(), session_state: fc.integer() })),
    });
    fc.assert(
      fc.property(
        fc.record({
          event: fc.constantFrom("peer", "table", undefined),
          peer: fc.option(fc.record({ type: fc.integer({ min: -1, max: 5 }), peer: fc.option(peerOf) })),
          table: fc.option(fc.record({ paths: fc.array(fc.record({ source_asn: fc.integer() })) })),
        }),
        (event) => events.take(event as WireEvent),
      ),
    );
    await clock.advance(1_000);
    for (const event of told) if (event.kind === "session") assert.equal(parseAddress(event.peer), event.peer);
  });
}

test("fuzz: whatever gobgpd says of itself and its paths, it is sound or nothing", () => {
  fc.assert(
    fc.property(text, number, text, number, (prefix, length, hop, port) => {
      const identity = decodeIdentity({ asn: length, router_id: prefix, listen_port: port } as WireGlobal);
      assert.ok(identity === undefined || parseAddress(identity.routerId) === identity.routerId);
      for (const dialect of [v3, v4])
        for (const [name, value] of [
          ["nextHop", { next_hop: hop }],
          ["mpReach", { next_hops: [hop] }],
        ] as const) {
          const [nlri, attribute] = [
            dialect.wrapPrefix({ prefix, prefix_len: length }),
            dialect.wrapAttribute(name, value),
          ];
          const own = dialect === v4 ? { attr: Object.keys(attribute)[0], ...attribute } : attribute;
          assertSound(decodePath({ nlri, pattrs: [own], is_withdraw: false, source_asn: 0, identifier: 0 }, dialect));
        }
    }),
    { numRuns: 2_000 },
  );
});

test("fuzz: only a policy that rejects by default and accepts what is local, and nothing else, is the local-only policy", () => {
  const small = fc.option(fc.integer({ min: 0, max: 4 }));
  const statement = fc.tuple(small, small);
  fc.assert(
    fc.property(
      fc.array(fc.array(statement, { maxLength: 3 }), { maxLength: 3 }),
      fc.integer({ min: 0, max: 3 }),
      (policies, action) => {
        const wire = policies.map((statements) => ({
          name: "x",
          statements: statements.map(([type, act]) => ({
            name: "y",
            conditions: type === null ? null : { route_type: type },
            actions: act === null ? null : { route_action: act },
          })),
        }));
        const assignment: WirePolicyAssignment = { direction: 1, default_action: action, policies: wire };
        const open = policies.flat().some(([type, act]) => act === 1 && type !== 3);
        if (isLocalOnly(assignment)) assert.ok(action === 2 && !open && policies.length > 0);
      },
    ),
    { numRuns: 500 },
  );
});
