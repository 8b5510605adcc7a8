import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address, Prefix } from "../../src/core/address.ts";
import { Client } from "../../src/speaker/client.ts";
import { Connection } from "../../src/speaker/connection.ts";
import { encodeAnnounce } from "../../src/speaker/path.ts";
import { v3 } from "../../src/speaker/v3.ts";
import { v4 } from "../../src/speaker/v4.ts";
import { birdMissing } from "../support/bird.ts";
import { findGobgpd, gobgpdVersions } from "../support/gobgpd.ts";
import { until } from "../support/until.ts";
import { addPeer, announce, clock, never, policy, Stage, start, withdraw } from "./stage.ts";

const TOR = { address: "127.0.0.2" as Address, as: 64513 };
const VIP = "192.0.2.1/32";
const VIP6 = "2001:db8::1/128";
const noBird = await birdMissing();

/** gobgpd keeps a path for each identifier that a prefix is injected with; ours have none. */
for (const version of gobgpdVersions()) {
  const gobgpd = await findGobgpd(version);
  const skip = "missing" in gobgpd ? gobgpd.missing : (noBird ?? false);
  const binary = "binary" in gobgpd ? gobgpd.binary : "";
  const dialect = version.startsWith("3.") ? v3 : v4;

  test(`gobgpd ${version}: what others inject under an identifier is seen, and ends with the withdrawal of its prefix`, {
    skip,
  }, async (t) => {
    const stage = await Stage.set(t);
    const bird = await stage.bird(TOR);
    await stage.up(binary);
    await stage.must(start(), policy, addPeer(bird.peer));
    const client = new Client(stage.gobgpd.api, undefined, clock);
    t.after(() => client.close());
    const other = new Connection(client, dialect, never());
    const inject = (prefix: string, nextHop: string, identifier: number) => {
      const path = encodeAnnounce({ prefix: prefix as Prefix, nextHop: nextHop as Address }, dialect, Date.now());
      return other.call("AddPath", { table_type: dialect.table.global, path: { ...path, identifier } }, never());
    };
    const many = Array.from({ length: 20 }, (_, i) => `10.88.0.${i}/32`);
    for (const few of [true, false]) {
      await inject(VIP, "10.0.0.7", 7);
      await inject(VIP, "10.0.0.9", 9);
      await inject(VIP6, "2001:db8::7", 7);
      assert.deepEqual(await stage.held(), [VIP, VIP6], "they announce the prefix, whoever injected them");
      // More than a few paths go by a stream.
      const also = few ? [] : many;
      await stage.must(announce(VIP), ...also.map((prefix) => announce(prefix)));
      assert.equal((await stage.observe()).paths.get(VIP as Prefix)?.nextHop, "10.0.0.1", "ours is the one without");
      await until("our routes at BIRD", async () => (await bird.routes()).length === 2 + also.length);
      await stage.must(...[VIP, VIP6, ...also].map((prefix) => withdraw(prefix)));
      assert.deepEqual(await other.paths("global", never()), []);
      await until("no route at BIRD", async () => (await bird.routes()).length === 0);
      await stage.must(withdraw(VIP));
      assert.deepEqual(await stage.held(), []);
    }
  });
}
