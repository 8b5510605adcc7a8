import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address } from "../../src/core/address.ts";
import { wireFamily } from "../../src/speaker/attributes.ts";
import { Client } from "../../src/speaker/client.ts";
import type { Dialect } from "../../src/speaker/dialect.ts";
import { v3 } from "../../src/speaker/v3.ts";
import { v4 } from "../../src/speaker/v4.ts";
import { birdMissing } from "../support/bird.ts";
import { findGobgpd, gobgpdVersions } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { addPeer, announce, clock, policy, ROUTER_ID, Stage, start, withdraw } from "./stage.ts";
import { Wire } from "./tapped.ts";

const TOR_A = { address: "127.0.0.2" as Address, as: 64513 };
const TOR_B = { address: "127.0.0.3" as Address, as: 64514 };
const LEARNED = "198.51.100.0/24";
const noBird = await birdMissing();

for (const version of gobgpdVersions()) {
  const gobgpd = await findGobgpd(version);
  const skip = "missing" in gobgpd ? gobgpd.missing : (noBird ?? false);
  const binary = "binary" in gobgpd ? gobgpd.binary : "";

  test(`gobgpd ${version}: announces and withdraws, and sends the peer nothing superfluous`, { skip }, async (t) => {
    const stage = await Stage.set(t);
    const bird = await stage.bird(TOR_A);
    await stage.up(binary);
    const first = [
      announce("192.0.2.1/32"),
      announce("192.0.2.2/32"),
      announce("10.88.0.0/16"),
      announce("2001:db8::1/128", "2001:db8::f"),
    ];
    await stage.must(start(), policy, ...first, addPeer(bird.peer));
    const all = [
      "10.88.0.0/16 via 10.0.0.1",
      "192.0.2.1/32 via 10.0.0.1",
      "192.0.2.2/32 via 10.0.0.1",
      "2001:db8::1/128 via 2001:db8::f",
    ];
    await until("four routes at BIRD", async () => (await bird.routes()).length === 4);
    assert.deepEqual(await bird.routes(), all);
    const prefixes = bird.tap.changes.flatMap(({ announced }) => announced).sort();
    assert.deepEqual(
      prefixes,
      all.map((route) => route.split(" ")[0]),
      "each prefix once",
    );

    const { identity, originatorOnly, peers, paths } = await stage.observe();
    assert.deepEqual(identity, { as: 64512, routerId: ROUTER_ID, listenPort: -1 });
    assert.equal(originatorOnly, true);
    const [{ establishedAt = 0, ...peer } = {}] = peers.values();
    assert.deepEqual([peers.size, peer], [1, { ...bird.peer, holdTime: 90, session: "established" }]);
    assert.ok(Math.abs(Date.now() / 1000 - establishedAt) < 300, String(establishedAt));
    assert.deepEqual([...paths.values()].map(({ prefix, nextHop }) => `${prefix} via ${nextHop}`).sort(), all);
    const sent = await stage.speaker.sent(new AbortController().signal);
    assert.deepEqual([...(sent.get(TOR_A.address)?.paths.keys() ?? [])].sort(), [...paths.keys()].sort());

    const wire = new Wire(stage, bird.tap);
    assert.deepEqual(await wire.of(start(), policy, ...first, addPeer(bird.peer)), [], "the same again is silent");
    assert.deepEqual(await wire.of(withdraw("192.0.2.2/32")), ["-192.0.2.2/32"]);
    assert.deepEqual(await wire.of(withdraw("192.0.2.2/32"), withdraw("203.0.113.9/32")), [], "absent is silent");
    assert.deepEqual(await wire.of(withdraw("2001:db8::1/128")), ["-2001:db8::1/128"]);
    assert.deepEqual(await wire.of(announce("192.0.2.1/32", "10.0.0.9")), ["+192.0.2.1/32 via 10.0.0.9"]);
    assert.deepEqual(await wire.of(announce("192.0.2.2/32"), withdraw("192.0.2.1/32")), [
      "+192.0.2.2/32 via 10.0.0.1",
      "-192.0.2.1/32",
    ]);
    assert.equal(bird.tap.opens, 1, "one session all the time");
    assert.equal(bird.tap.notifications, 0);
  });

  test(`gobgpd ${version}: a thousand paths in one stream, each with its result`, { skip }, async (t) => {
    const stage = await Stage.set(t);
    const bird = await stage.bird(TOR_A);
    await stage.up(binary);
    const many = Array.from({ length: 1000 }, (_, i) => `10.88.${i >> 8}.${i & 255}/32`);
    const six = Array.from({ length: 20 }, (_, i) => `2001:db8::${(i + 1).toString(16)}/128`);
    await stage.must(start(), policy, addPeer(bird.peer));
    await until("a session", async () => (await stage.observe()).peers.get(TOR_A.address)?.session === "established");
    const ops = [...many.map((prefix) => announce(prefix)), ...six.map((prefix) => announce(prefix, "2001:db8::f"))];
    const results = await stage.apply(...ops);
    assert.deepEqual(
      results,
      ops.map((op) => ({ op, ok: true })),
    );
    await until("1,020 routes at BIRD", async () => (await bird.routes()).length === 1020);
    assert.equal(bird.tap.changes.flatMap(({ announced }) => announced).length, 1020, "each prefix once");
    assert.equal((await stage.held()).length, 1020);

    const wire = new Wire(stage, bird.tap);
    assert.deepEqual(await wire.of(...ops), [], "the same again is silent");
    // One stream carries both verbs in order: announced and withdrawn again is withdrawn.
    const half = many.slice(0, 500);
    await stage.must(...half.flatMap((prefix) => [withdraw(prefix), announce(prefix, "10.0.0.9"), withdraw(prefix)]));
    await until("520 routes at BIRD", async () => (await bird.routes()).length === 520);
    assert.deepEqual(await stage.held(), [...many.slice(500), ...six].sort());
    await stage.must(...[...many, ...six].map((prefix) => withdraw(prefix)));
    await until("no route at BIRD", async () => (await bird.routes()).length === 0);
    assert.deepEqual(await stage.held(), []);
  });

  for (const local of [true, false])
    test(`gobgpd ${version}: ${local ? "the local-only policy keeps a learned route from the other peer" : "without the policy a learned route is passed on (so the test above can fail)"}`, {
      skip,
    }, async (t) => {
      const stage = await Stage.set(t);
      const a = await stage.bird({ ...TOR_A, originates: [LEARNED] });
      const b = await stage.bird(TOR_B);
      await stage.up(binary);
      await stage.must(start(), ...(local ? [policy] : []), announce("192.0.2.1/32"), addPeer(a.peer), addPeer(b.peer));
      await until("our route at A", async () => (await a.routes()).includes("192.0.2.1/32 via 10.0.0.1"));
      await until("our route at B", async () => (await b.routes()).includes("192.0.2.1/32 via 10.0.0.1"));
      await until("A's route in gobgpd", async () =>
        (await learned(stage.gobgpd.api, version, TOR_A.address)).includes(LEARNED),
      );
      const passed = () => b.tap.changes.some(({ announced }) => announced.includes(LEARNED));
      if (local) {
        await new Wire(stage, b.tap).of();
        assert.equal(passed(), false);
      } else await until("A's route at B", passed);
      assert.deepEqual(await stage.held(), ["192.0.2.1/32"], "a learned path is not one of ours");
      assert.equal((await stage.observe()).originatorOnly, local);
    });

  test(`gobgpd ${version}: only an established peer counts as sent to, and only for the families of its session`, {
    skip,
  }, async (t) => {
    const stage = await Stage.set(t);
    const bird = await stage.bird({ ...TOR_A, ipv6: false });
    await stage.up(binary);
    const nobody = { address: "127.0.0.9" as Address, as: 64999, port: 1 };
    await stage.must(start(), policy, announce("192.0.2.1/32"), announce("2001:db8::1/128", "2001:db8::f"));
    await stage.must(addPeer(bird.peer), addPeer(nobody));
    await until("our route at BIRD", async () => (await bird.routes()).length === 1);
    const sent = await stage.speaker.sent(new AbortController().signal);
    assert.deepEqual(
      [...sent].map(([peer, { paths }]) => [peer, ...paths.keys()]),
      [[TOR_A.address, "192.0.2.1/32"]],
    );
  });

  test(`gobgpd ${version}: the policy, set late, takes back what was passed on`, { skip }, async (t) => {
    const stage = await Stage.set(t);
    const a = await stage.bird({ ...TOR_A, originates: [LEARNED] });
    const b = await stage.bird(TOR_B);
    await stage.up(binary);
    await stage.must(start(), announce("192.0.2.1/32"), addPeer(a.peer), addPeer(b.peer));
    const passedOn = async () => (await b.routes()).some((route) => route.startsWith(LEARNED));
    await until("A's route at B", passedOn, { ms: 120_000 });
    await stage.must(policy);
    await until("B without A's route", async () => (await b.routes()).join() === "192.0.2.1/32 via 10.0.0.1");
    assert.deepEqual(await stage.held(), ["192.0.2.1/32"]);
    assert.equal(b.tap.opens, 1);
  });
}

/** Prefixes that gobgpd has from the peer (adj-in), which the speaker has no use for. */
async function learned(api: string, version: string, peer: Address): Promise<string[]> {
  const dialect: Dialect = version.startsWith("3.") ? v3 : v4;
  const client = new Client(api, undefined, clock);
  const adjIn = { table_type: dialect.table.adjOut - 1, name: peer, family: wireFamily("ipv4") };
  const limits = { ms: 5000, signals: [] };
  const replies = await client.list<{ destination: { prefix: string } | null }>(dialect, "ListPath", adjIn, limits);
  client.close();
  return replies.flatMap(({ destination }) => destination?.prefix ?? []);
}
