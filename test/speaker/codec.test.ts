import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Address, networkPrefix, type Prefix, parseAddress } from "../../src/core/address.ts";
import type { Community, LargeCommunity } from "../../src/core/community.ts";
import { sortCommunities } from "../../src/core/community.ts";
import { Password, samePassword } from "../../src/core/password.ts";
import type { Path, PathAttributes } from "../../src/core/path.ts";
import type { Identity, PeerConfig } from "../../src/core/state.ts";
import { decodeIdentity, encodeIdentity } from "../../src/speaker/identity.ts";
import { announceFault, decodePath, encodeAnnounce, encodeWithdraw, isLocal } from "../../src/speaker/path.ts";
import { decodePeer, encodePeer, peerFault } from "../../src/speaker/peer.ts";
import { addPolicyRequest, assignmentRequest, DIRECTIONS, isLocalOnly } from "../../src/speaker/policy.ts";
import { v3 } from "../../src/speaker/v3.ts";
import { v4 } from "../../src/speaker/v4.ts";
import type { WireGlobal, WirePath, WirePeer, WirePolicyAssignment } from "../../src/speaker/wire.ts";
import { sentAs } from "./fake-gobgpd.ts";

/** Plain objects, as the codecs answer them. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record<T>(model, { noNullPrototype: true });
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const v4Address = fc.ipV4().map((text) => parseAddress(text) as Address);
const v6Address = fc.ipV6().map((text) => parseAddress(text) as Address);
const whole = fc.integer({ min: 0, max: 4_294_967_295 });
const half = fc.integer({ min: 0, max: 65_535 });
const attributes: fc.Arbitrary<PathAttributes> = fc.record(
  {
    med: whole,
    localPref: whole,
    communities: fc
      .array(fc.tuple(half, half), { minLength: 1, maxLength: 4 })
      .map((list) => sortCommunities(list.map((parts) => parts.join(":") as Community))),
    largeCommunities: fc
      .array(fc.tuple(whole, whole, whole), { minLength: 1, maxLength: 4 })
      .map((list) => sortCommunities(list.map((parts) => parts.join(":") as LargeCommunity))),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const path: fc.Arbitrary<Path> = fc
  .oneof(
    record({ address: v4Address, length: fc.integer({ min: 1, max: 32 }), nextHop: v4Address }),
    record({ address: v6Address, length: fc.integer({ min: 1, max: 128 }), nextHop: v6Address }),
  )
  .chain(({ address, length, nextHop }) =>
    attributes.map((more) => ({ prefix: networkPrefix(address, length), nextHop, ...more })),
  );
const as = fc.integer({ min: 1, max: 4_294_967_295 });
const port = fc.integer({ min: 1, max: 65_535 });
const peer = record({ address: fc.oneof(v4Address, v6Address), as, port }).filter(
  ({ address }) => address !== "0.0.0.0" && address !== "::",
);
const terms: fc.Arbitrary<Partial<PeerConfig>> = fc.oneof(
  fc.record(
    {
      password: fc.string({ minLength: 1, maxLength: 80 }).map((text) => new Password(text)),
      holdTime: fc.integer({ min: 3, max: 65_535 }),
      multihop: fc.integer({ min: 2, max: 255 }),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
  record({ ttlSecurity: fc.integer({ min: 1, max: 254 }) }),
);

for (const dialect of [v3, v4]) {
  const trip = (wire: object) => sentAs(dialect, "AddPath", { path: wire })["path"] as unknown as WirePath;

  test(`${dialect.version}: a path survives the wire`, () => {
    fc.assert(
      fc.property(path, (one) => {
        assert.equal(announceFault(one), undefined);
        const wire = trip(encodeAnnounce(one, dialect, NOW));
        assert.deepEqual(decodePath(wire, dialect), one);
        assert.equal(isLocal(wire), true);
      }),
    );
  });

  test(`${dialect.version}: a path has family, age, origin and one next hop in the attribute of its family`, () => {
    for (const [prefix, nextHop, afi, names] of [
      ["192.0.2.1/32", "10.0.0.1", 1, ["origin", "nextHop"]],
      ["2001:db8::1/128", "2001:db8::f", 2, ["origin", "mpReach"]],
    ] as const) {
      const one = { prefix: prefix as Prefix, nextHop: nextHop as Address };
      const wire = trip(encodeAnnounce(one, dialect, NOW)) as WirePath & { family: object; age: object };
      assert.deepEqual({ ...wire.family }, { afi, safi: 1 });
      assert.deepEqual(
        wire.pattrs.map((attribute) => dialect.unwrapAttribute(attribute)?.name),
        names,
      );
      assert.deepEqual({ ...wire.age }, { seconds: Math.floor(NOW / 1000), nanos: 678_000_000 });
    }
  });

  test(`${dialect.version}: a withdrawal has family, next hop and the mark of a stream's withdrawal`, () => {
    fc.assert(
      fc.property(path, ({ prefix }) => {
        const wire = trip(encodeWithdraw(prefix, dialect, NOW)) as WirePath & { family: { afi: number } };
        assert.equal(wire.is_withdraw, true);
        assert.equal(wire.family.afi, prefix.includes(":") ? 2 : 1);
        assert.equal(decodePath(wire, dialect)?.prefix, prefix);
        assert.equal(decodePath(wire, dialect)?.nextHop, prefix.includes(":") ? "::" : "0.0.0.0");
      }),
    );
  });

  test(`${dialect.version}: what is not an IP unicast path of ours is left out`, () => {
    const known = trip(
      encodeAnnounce({ prefix: "192.0.2.1/32" as Prefix, nextHop: "10.0.0.1" as Address }, dialect, NOW),
    );
    assert.equal(isLocal({ ...known, source_asn: 64513 }), false);
    assert.equal(isLocal({ ...known, is_withdraw: true }), false);
    assert.equal(decodePath({ ...known, pattrs: [] }, dialect), undefined, "no next hop");
    assert.equal(decodePath({ ...known, nlri: null }, dialect), undefined);
    const garbage = dialect.wrapPrefix({ prefix_len: 32, prefix: "192.0.2.x" });
    assert.equal(decodePath({ ...known, nlri: garbage }, dialect), undefined, "GoBGP 3 stores such");
    const foreign = { "@type": "type.googleapis.com/apipb.AsPathAttribute", type_url: "x", value: Buffer.alloc(0) };
    assert.deepEqual(decodePath({ ...known, pattrs: [...known.pattrs, foreign] }, dialect), decodePath(known, dialect));
  });

  test(`${dialect.version}: an identity survives the wire`, () => {
    const listenPort = fc.oneof(fc.constant(-1), port);
    const routerId = v4Address.filter((address) => address !== "0.0.0.0");
    fc.assert(
      fc.property(record({ as, routerId, listenPort }), (identity: Identity) => {
        const { global } = sentAs(dialect, "StartBgp", { global: encodeIdentity(identity) });
        assert.deepEqual(decodeIdentity(global as WireGlobal), identity);
      }),
    );
    for (const router_id of ["", "invalid IP"])
      assert.equal(decodeIdentity({ asn: 0, router_id, listen_port: 0 }), undefined, "BGP is not started");
    assert.equal(decodeIdentity({ asn: 1, router_id: "1.1.1.1", listen_port: 0 })?.listenPort, 179);
  });

  test(`${dialect.version}: a peer survives the wire, and every family of it is named`, () => {
    fc.assert(
      fc.property(peer, terms, (one, more) => {
        const sent: PeerConfig = { ...one, ...more };
        assert.equal(peerFault(sent), undefined);
        const wire = sentAs(dialect, "AddPeer", { peer: encodePeer(sent) })["peer"] as WirePeer;
        const { password, ...found } = decodePeer(wire) ?? assert.fail();
        const { password: _, ...expected } = sent;
        assert.deepEqual(found, { holdTime: 90, ...expected, session: "unknown" });
        assert.ok(samePassword(password, sent.password));
        assert.equal(
          (wire.timers?.config as { keepalive_interval?: number } | undefined)?.keepalive_interval,
          Math.floor((sent.holdTime ?? 90) / 3),
        );
        assert.deepEqual(
          wire.afi_safis.map(({ config }) => ({ ...config?.family })),
          [
            { afi: 1, safi: 1 },
            { afi: 2, safi: 1 },
          ],
        );
      }),
    );
  });

  test(`${dialect.version}: the policy that is sent is the policy that is looked for`, () => {
    const { policy } = sentAs(dialect, "AddPolicy", addPolicyRequest);
    for (const direction of DIRECTIONS) {
      const { assignment } = sentAs(dialect, "SetPolicyAssignment", assignmentRequest(direction));
      const stands = { ...(assignment as WirePolicyAssignment), policies: [policy as never] };
      assert.equal(isLocalOnly(stands), true);
      assert.equal(isLocalOnly({ ...stands, policies: [] }), false, "REJECT alone drops our own paths");
      assert.equal(isLocalOnly({ ...stands, default_action: 1 }), false);
      const open = { name: "x", statements: [{ name: "x", conditions: null, actions: { route_action: 1 } }] };
      assert.equal(isLocalOnly({ ...stands, policies: [...stands.policies, open] }), false);
    }
    assert.equal(isLocalOnly(null), false);
  });
}

test("gobgpd's peers without an address are left out", () => {
  for (const neighbor_address of ["", "<nil>", "invalid IP"])
    assert.equal(
      decodePeer({
        conf: { neighbor_address, peer_asn: 0 },
        state: { neighbor_address, session_state: 1 },
        transport: null,
        afi_safis: [],
      }),
      undefined,
    );
  assert.equal(decodePeer(null), undefined);
});

test("an unnumbered peer is named by the link-local address that gobgpd has found, with its zone", () => {
  const named = (conf: string, state: string) =>
    decodePeer({
      conf: { neighbor_address: conf, peer_asn: 64513 },
      state: { neighbor_address: state, session_state: 6 },
      transport: null,
      afi_safis: [],
    })?.address;
  for (const conf of ["", "<nil>", "invalid IP"]) assert.equal(named(conf, "fe80::B%eth0.12"), "fe80::b%eth0.12");
  assert.equal(named("fe80::b%eth0", "fe80::b%eth0"), "fe80::b%eth0");
  for (const state of ["fe80::b%", "fe80::b%a b", "%eth0", `fe80::b%${"x".repeat(16)}`])
    assert.equal(named("", state), undefined);
});
